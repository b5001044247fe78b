import { cfProgramContract } from "../contract/cf-program.ts";
import { builtProgram } from "../rig/cache.ts";

cfProgramContract("the real cf CLI v8", () => Promise.resolve(builtProgram("cf")));
