import { cloudFoundryContract } from "../../contract/cloud-foundry.js";
import { builtProgram } from "../../rig/cache.js";

cloudFoundryContract("the real cf CLI v8", () => Promise.resolve(builtProgram("cf")));
