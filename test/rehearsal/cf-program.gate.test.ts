import { cfProgramContract } from "../contract/cf-program.js";
import { builtProgram } from "../rig/cache.js";

cfProgramContract("the real cf CLI v8", () => Promise.resolve(builtProgram("cf")));
