import { cloudFoundryContract } from "../../contract/cloud-foundry.js";
import { cloudFoundryHome } from "../../contract/cloud-foundry-home.js";
import { builtProgram } from "../../rig/cache.js";

const REAL = "the real cf CLI v8";

cloudFoundryContract(REAL, () => Promise.resolve(builtProgram("cf")));
cloudFoundryHome(REAL, () => Promise.resolve(builtProgram("cf")));
