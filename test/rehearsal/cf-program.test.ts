/** As a rehearsal has it, and without a program between. */
import { afterAll } from "vitest";
import { answerCf } from "../../src/rehearsal/cf-program/program.ts";
import { cfProgramContract } from "../contract/cf-program.ts";
import { ServedCfProgram } from "../contract/served-cf-program.ts";

const served = new ServedCfProgram();
afterAll(() => served.close());

cfProgramContract("the box's cf", served.put);

cfProgramContract(
  "the box's cf without a process of its own",
  () => Promise.resolve("cf"),
  ({ args, env = {} }) => answerCf({ words: args, env }, Date.now),
);
