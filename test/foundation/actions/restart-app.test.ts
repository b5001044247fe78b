/** STARTED is the wanted state of an application; that it runs is another matter (cf-bosh.md §1.3). */
import { describe, expect, it } from "vitest";
import { restartApp } from "../../../src/foundation/actions/cf/restart-app.ts";
import { failure, NEW_GUID, Scene, SPACE } from "../../traps/scene.ts";

const INPUT = { guid: NEW_GUID, org: "shop", space: "prod", space_guid: SPACE.guid, app: "web" };

function bound(): Scene {
  const scene = new Scene().withNew();
  scene.cf.appList.push({ guid: "web-guid", name: "web", state: "STARTED" });
  const lastOperation = { type: "create", state: "succeeded", description: "" } as const;
  scene.cf.bindingList.set(NEW_GUID, [
    { guid: "binding", type: "app", name: undefined, appGuid: "web-guid", lastOperation },
  ]);
  return scene;
}

describe("restarting an application", () => {
  it("is over when every instance of every process runs", async () => {
    const scene = bound();
    scene.cf.instanceStates.push(["STARTING", "STARTING"], ["RUNNING", "STARTING"], ["RUNNING", "RUNNING"]);
    expect(await scene.perform(restartApp, INPUT)).toEqual({ app_guid: "web-guid" });
    expect(scene.context.messages).toEqual([
      'waiting for "web": web/0 is STARTING, web/1 is STARTING',
      'waiting for "web": web/1 is STARTING',
    ]);
    expect(await scene.probe(restartApp, INPUT)).toBe("done");
  });

  it("fails with the application's name if an instance crashes, though the CLI was content", async () => {
    const scene = bound();
    scene.cf.instanceStates.push(["RUNNING", "CRASHED"]);
    const restarted = scene.perform(restartApp, INPUT);
    await expect(restarted).rejects.toEqual(failure("step-failed", /"web" does not run .*: web\/1 is CRASHED/));
    expect(await scene.probe(restartApp, INPUT)).toBe("partly");
  });

  it("fails with the application's name if it does not come up in time", async () => {
    const scene = bound();
    const began = scene.clock.monotonicMs();
    scene.cf.instanceStates.push(["STARTING"]);
    const restarted = scene.perform(restartApp, INPUT);
    await expect(restarted).rejects.toEqual(failure("deadline-passed", /"web" does not run 5 minutes after/));
    expect(scene.clock.monotonicMs() - began).toBeGreaterThanOrEqual(5 * 60_000);
  });

  it("waits for one that was asked for before, and is no second outage", async () => {
    const scene = bound();
    scene.cf.instanceStates.push(["STARTING"]);
    await scene.perform(restartApp, INPUT).catch(() => undefined);
    scene.cf.instanceStates.splice(0, 1, ["STARTING"], ["RUNNING"]);
    await scene.perform(restartApp, INPUT);
    expect(scene.cf.restarts).toEqual(["web"]);
  });

  it("is not asked for if somebody has started it since it was bound, and is if that was before", async () => {
    const scene = bound();
    const [binding] = scene.cf.bindingList.get(NEW_GUID) ?? [];
    if (binding === undefined) throw new Error("nothing is bound");
    const target = { guid: "web-guid", type: "app", name: "web" };
    scene.cf.audit.push({
      guid: "s",
      type: "audit.app.start",
      createdAt: "2026-11-21T10:00:00Z",
      actor: "ops",
      target,
    });
    scene.cf.instanceStates.push(["RUNNING"]);
    scene.cf.bindingList.set(NEW_GUID, [{ ...binding, createdAt: "2026-11-21T09:59:30Z" }]);
    await scene.perform(restartApp, INPUT);
    expect(scene.cf.restarts).toEqual([]);
    scene.cf.bindingList.set(NEW_GUID, [{ ...binding, createdAt: "2026-11-21T10:00:00Z" }]);
    await scene.perform(restartApp, INPUT);
    expect(scene.cf.restarts).toEqual(["web"]);
  });

  it("is asked for once, though it follows its binding at once and its note is lost", async () => {
    const scene = bound();
    const stamp = (): string => `${scene.clock.now().toISOString().slice(0, 19)}Z`;
    const [binding] = scene.cf.bindingList.get(NEW_GUID) ?? [];
    if (binding === undefined) throw new Error("nothing is bound");
    scene.cf.bindingList.set(NEW_GUID, [{ ...binding, createdAt: stamp() }]);
    const restart = scene.cf.restartApp.bind(scene.cf);
    scene.cf.restartApp = async (asked) => {
      scene.cf.restartedAt = stamp();
      await restart(asked);
    };
    await scene.perform(restartApp, INPUT);
    scene.context.notes.splice(0);
    await scene.perform(restartApp, INPUT);
    expect(scene.cf.restarts).toEqual(["web"]);
  });

  it("is asked for again if the instances of the first crashed", async () => {
    const scene = bound();
    scene.cf.instanceStates.push(["CRASHED"]);
    await scene.perform(restartApp, INPUT).catch(() => undefined);
    scene.cf.instanceStates.splice(0, 1, ["CRASHED"], ["RUNNING"]);
    await scene.perform(restartApp, INPUT);
    expect(scene.cf.restarts).toEqual(["web", "web"]);
  });

  it("no longer holds once an instance is down", async () => {
    const scene = bound();
    const output = await scene.perform(restartApp, INPUT);
    scene.cf.instanceStates.push(["DOWN"]);
    if (restartApp.effect === "read") throw new Error("it changes something");
    expect(await restartApp.verify?.(scene.context, INPUT as never, output)).toEqual({
      holds: false,
      evidence: '"web" is STARTED, 0 of 1 instances run; web/0 is DOWN',
    });
  });
});
