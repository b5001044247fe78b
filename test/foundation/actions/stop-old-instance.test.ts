/** Between two lives a container is not stopped: Docker starts it again, and it writes to its archive. */
import { describe, expect, it } from "vitest";
import { findRemains } from "../../../src/foundation/actions/docker/find-remains.ts";
import { stopOldInstance } from "../../../src/foundation/actions/docker/stop-old-instance.ts";
import { CONTAINER, containerOf, failure, OLD_GUID, Scene, TARGET } from "../../traps/scene.ts";

const input = {
  guid: OLD_GUID,
  deployment: TARGET.deployment,
  containers: [{ cell: TARGET.cell, container: CONTAINER }],
};

function restarting(): Scene {
  const scene = new Scene();
  scene.cell.put(containerOf(OLD_GUID, { running: false, status: "restarting", exitCode: 1 }));
  return scene;
}

describe("the deleted instance's container while Docker restarts it", () => {
  it("is not stopped already: it is stopped, and its policy held", async () => {
    const scene = restarting();
    expect(await scene.probe(stopOldInstance, input)).toBe("not-done");
    await scene.perform(stopOldInstance, input);
    expect(scene.cell.containers.get(CONTAINER)).toMatchObject({ status: "exited", restartPolicy: "no" });
    expect(await scene.probe(stopOldInstance, input)).toBe("done");
  });

  it("is among what lives, so that somebody chooses", async () => {
    const scene = restarting();
    const search = { guid: OLD_GUID, nodes: [], deployment: TARGET.deployment };
    await expect(scene.perform(findRemains, search)).rejects.toEqual(
      failure("question-unanswered", /still|running|alive|writes/i),
    );
    expect(JSON.stringify(scene.context.asked)).toContain("still has a running container");
  });
});
