import { boxCfProgram } from "../../../contract/box-cf-program.ts";
import { cloudFoundryContract } from "../../../contract/cloud-foundry.ts";

cloudFoundryContract("the box's cf in a process of its own", boxCfProgram);
