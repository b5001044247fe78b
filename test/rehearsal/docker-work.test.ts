import { describeDockerWork } from "../contract/docker-work.js";
import { SimulatedWork } from "./docker-work-fixture.js";

describeDockerWork("the simulated engine", () => SimulatedWork.open());
