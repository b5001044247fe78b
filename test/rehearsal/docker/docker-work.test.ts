import { describeDockerWork } from "../../contract/docker-work.ts";
import { SimulatedWork } from "./docker-work-fixture.ts";

describeDockerWork("the simulated engine", () => SimulatedWork.open());
