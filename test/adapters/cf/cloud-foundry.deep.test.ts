import { boxCfProgram } from "../../contract/box-cf-program.js";
import { cloudFoundryContract } from "../../contract/cloud-foundry.js";

cloudFoundryContract("the box's cf in a process of its own", boxCfProgram);
