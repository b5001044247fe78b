import { answerCf } from "../../src/rehearsal/cf-program/call.js";
import { boxCfProgram } from "../contract/box-cf-program.js";
import { cfProgramContract } from "../contract/cf-program.js";

cfProgramContract("the box's cf", boxCfProgram);

cfProgramContract(
  "the box's cf without a process of its own",
  () => Promise.resolve("cf"),
  ({ args, env = {} }) => answerCf({ words: args, env }, Date.now),
);
