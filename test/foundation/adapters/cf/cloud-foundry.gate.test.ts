import { cloudFoundryContract } from "../../../contract/cloud-foundry.ts";
import { cloudFoundryHome } from "../../../contract/cloud-foundry-home.ts";
import { builtProgram } from "../../../rig/cache.ts";

const REAL = "the real cf CLI v8";

cloudFoundryContract(REAL, () => Promise.resolve(builtProgram("cf")));
cloudFoundryHome(REAL, () => Promise.resolve(builtProgram("cf")));
