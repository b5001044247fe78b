import { boxCfProgram } from "../contract/box-cf-program.ts";
import { cfProgramContract } from "../contract/cf-program.ts";

cfProgramContract("the box's cf in a process of its own", boxCfProgram);
