import { describe, expect, it } from "vitest";
import { describeDockerHost } from "../../contract/docker-host.ts";
import { apply } from "../../../src/rehearsal/docker-engine/apply.ts";
import { emptyEngine } from "../../../src/rehearsal/docker-engine/state.ts";
import { SimulatedDocker } from "./docker-engine-fixture.ts";

describeDockerHost("the simulated engine", () => SimulatedDocker.open());

describe("the simulated engine", () => {
  it("keeps a call that nobody knows, so that a rehearsal fails by it", () => {
    const call = { words: ["volume", "prune", "--force"], stdin: "", now: 0, endpoint: "tcp://127.0.0.1:1" };
    const { state, answer } = apply(emptyEngine(), call);
    expect(answer.code).toBe(1);
    expect(state.strays).toEqual(["volume prune --force"]);
  });
});
