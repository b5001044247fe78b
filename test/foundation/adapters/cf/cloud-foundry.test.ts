import { afterAll } from "vitest";
import { cloudFoundryContract } from "../../../contract/cloud-foundry.ts";
import { cloudFoundryHome } from "../../../contract/cloud-foundry-home.ts";
import { ServedCfProgram } from "../../../contract/served-cf-program.ts";

const served = new ServedCfProgram();
afterAll(() => served.close());

cloudFoundryContract("the box's cf", served.put);
cloudFoundryHome("the box's cf", served.put);
