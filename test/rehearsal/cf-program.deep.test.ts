import { boxCfProgram } from "../contract/box-cf-program.js";
import { cfProgramContract } from "../contract/cf-program.js";

cfProgramContract("the box's cf in a process of its own", boxCfProgram);
