/**
 * A person's work by the printed commands leaves no note of ours. The world tells it, and the way back is noted
 * afterwards.
 */
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import type { AnyAction, JsonObject, Probe } from "../../../src/action.ts";
import { setAside } from "../../../src/foundation/actions/archive/set-aside.ts";
import { createService } from "../../../src/foundation/actions/cf/create-service.ts";
import { restartApp } from "../../../src/foundation/actions/cf/restart-app.ts";
import { setDataAside } from "../../../src/foundation/actions/docker/set-data-aside.ts";
import { startContainer } from "../../../src/foundation/actions/docker/start-container.ts";
import { setInitialize } from "../../../src/foundation/actions/etcd/set-initialize.ts";
import { formatLocation } from "../../../src/archive/names/location.ts";
import { etcdValueInto } from "../../../src/kit/commands/host-commands.ts";
import { NEW, SYSID } from "../../archive/sample-archive.ts";
import {
  CONTAINER,
  DATA,
  FIRST_LIFE,
  NEW_GUID,
  NEW_SYSID,
  RUN,
  Scene,
  SPACE,
  TARGET,
  WITH_ETCD,
} from "../../traps/scene.ts";
import { WANTED } from "../../wiring/mutations/cloud-foundry.ts";
import { asideInput, baselineOf, copied, emptied, fresh, stopped } from "../../wiring/mutations/worlds.ts";

async function byHand(scene: Scene, action: AnyAction, input: JsonObject): Promise<Probe<JsonObject>> {
  if (action.effect === "read" || action.probeByHand === undefined) throw new Error(`${action.id} has no such probe`);
  return await action.probeByHand(scene.context, action.input.parse(input));
}

describe("an archive that was moved aside by hand", () => {
  it("is done, and what lies there is the way back", async () => {
    const scene = await emptied();
    scene.context.notes.length = 0;
    expect(await byHand(scene, setAside, asideInput)).toMatchObject({ state: "done", output: { objects: 8 } });
    expect(scene.context.records("aside-plan")).toHaveLength(1);
  });

  it("is not done if everything is in its place", async () => {
    expect(await byHand(stopped(), setAside, asideInput)).toMatchObject({ state: "not-done" });
  });
});

describe("a data directory that was moved aside by hand", () => {
  const input = { ...TARGET, run: RUN };

  async function moved(): Promise<Scene> {
    const scene = stopped();
    await scene.perform(setDataAside, input);
    scene.context.notes.length = 0;
    return scene;
  }

  it("is done once its place is there again and empty, and both are noted", async () => {
    const scene = await moved();
    expect(await byHand(scene, setDataAside, input)).toMatchObject({ state: "done" });
    expect(scene.context.records("data-set-aside")).toHaveLength(1);
    expect(scene.context.records("directory-made")).toEqual([{ path: DATA }]);
  });

  it("is partly done if nobody made the place again", async () => {
    const scene = await moved();
    scene.cell.directories.delete(DATA);
    expect(await byHand(scene, setDataAside, input)).toMatchObject({ state: "partly" });
    expect(scene.context.notes).toEqual([]);
  });
});

describe("the old system identifier that was put into etcd by hand", () => {
  const INPUT = { ...WITH_ETCD, system_id: SYSID };
  const KEY = `/service/${NEW_GUID}/initialize`;

  it("is done, and the way back is what the new instance's archive says", async () => {
    const scene = await emptied();
    scene.etcd.keys.set(KEY, SYSID);
    expect(await byHand(scene, setInitialize, INPUT)).toMatchObject({ state: "done" });
    expect(scene.context.records("key-changed")).toEqual([{ key: KEY, before: NEW_SYSID, after: SYSID }]);
  });

  it("is not done if it is another one", async () => {
    const scene = await emptied();
    expect(await byHand(scene, setInitialize, INPUT)).toMatchObject({ state: "not-done" });
    expect(scene.context.records("key-changed")).toEqual([]);
  });
});

describe("a container that was started by hand", () => {
  const PREPARING = "preparing patroni to restore this container from wal-e backups";

  async function started(line: string): Promise<{ scene: Scene; input: JsonObject }> {
    const scene = await copied();
    const { baseline = null } = await baselineOf(scene);
    scene.cell.alter(CONTAINER, { running: true, status: "running", startedAt: "2026-11-21T12:30:00Z" });
    scene.cell.logLines.set(CONTAINER, [line]);
    const known = { system_id: SYSID, stopped_life: FIRST_LIFE, target: formatLocation(NEW) };
    return { scene, input: { ...WITH_ETCD, ...known, baseline } };
  }

  it("is done if it restores, and is known as started by this run from then on", async () => {
    const { scene, input } = await started(PREPARING);
    expect(await scene.probe(startContainer, input)).toBe("unknown");
    expect(await byHand(scene, startContainer, input)).toMatchObject({
      state: "done",
      output: { decision: PREPARING },
    });
    expect(await scene.probe(startContainer, input)).toBe("done");
  });

  it("is not taken for a restore if it makes a new cluster", async () => {
    const { scene, input } = await started("INFO: initialized a new cluster");
    expect(await byHand(scene, startContainer, input)).toMatchObject({ state: "partly" });
  });

  it("is not done if it still has the life that was stopped", async () => {
    const { scene, input } = await started(PREPARING);
    scene.cell.alter(CONTAINER, { running: false, status: "exited", startedAt: FIRST_LIFE });
    expect(await byHand(scene, startContainer, input)).toMatchObject({ state: "not-done" });
    expect(scene.context.records("starting")).toEqual([]);
  });
});

describe("an application that was restarted by hand", () => {
  const INPUT = { guid: NEW_GUID, org: "shop", space: "prod", space_guid: SPACE.guid, app: "web" };

  function bound(startedAt: string): Scene {
    const scene = fresh();
    scene.cf.appList.push({ guid: "web-guid", name: "web", state: "STARTED" });
    const lastOperation = { type: "create", state: "succeeded", description: "" } as const;
    const binding = { guid: "binding", type: "app", name: undefined, appGuid: "web-guid", lastOperation } as const;
    scene.cf.bindingList.set(NEW_GUID, [{ ...binding, createdAt: "2026-11-21T10:00:00Z" }]);
    const target = { guid: "web-guid", type: "app", name: "web" };
    scene.cf.audit.push({ guid: "s", type: "audit.app.start", createdAt: startedAt, actor: "ops", target });
    scene.cf.instanceStates.push(["RUNNING"]);
    return scene;
  }

  it("is done if it was started after it was bound, and not if that was before", async () => {
    const done = { state: "done", output: { app_guid: "web-guid" } };
    expect(await byHand(bound("2026-11-21T10:00:30Z"), restartApp, INPUT)).toMatchObject(done);
    expect(await byHand(bound("2026-11-21T09:59:30Z"), restartApp, INPUT)).toMatchObject({ state: "not-done" });
  });
});

describe("a printed line that sets a variable", () => {
  it("takes the value out of etcd's answer", () => {
    const answer = '{"action":"get","node":{"key":"/service/G/optime/leader","value":"83886336","modifiedIndex":7}}';
    const line = etcdValueInto("POSITION", "10.0.0.1:4001", "/service/G/optime/leader");
    const shell = `curl() { printf '%s\\n200' "$ANSWER"; }\n${line}\nprintf %s "$POSITION"`;
    expect(execFileSync("sh", ["-c", shell], { env: { ANSWER: answer, PATH: "/usr/bin:/bin" } }).toString()).toBe(
      "83886336",
    );
  });
});

describe("a service that was asked for by hand", () => {
  const place = { org: "shop", space: "prod", space_guid: SPACE.guid };
  const INPUT = { ...place, offering: "dingo-postgresql", plan: "cluster", name: "important-db", run: RUN };

  it("is waited for, and is this run's by its tag", async () => {
    const scene = fresh();
    const operation = { type: "create", description: "" } as const;
    scene.cf.operations.push({ ...operation, state: "in progress" }, { ...operation, state: "in progress" });
    expect(await byHand(scene, createService, INPUT)).toMatchObject({ state: "done", output: { guid: NEW_GUID } });
    expect(scene.cf.operations).toEqual([]);
  });
});

describe("a create that Cloud Foundry says has failed", () => {
  it("is no doubt: it is not created, and the commands that go on are named", async () => {
    const scene = fresh();
    scene.cf.change(NEW_GUID, { lastOperation: { type: "create", state: "failed", description: "broker said 500" } });
    if (createService.effect === "read") throw new Error("a create is probed");
    const found = await createService.probe(scene.context, createService.input.parse(WANTED));
    expect(found).toMatchObject({
      state: "partly",
      evidence: expect.stringMatching(/^not created: .*create failed: broker said 500/),
    });
    expect(found.evidence).toContain('"cf delete-service important-db -f"');
    expect(found.evidence).toContain(`"dingo-recover resume ${RUN}"`);
    expect(await byHand(scene, createService, WANTED)).toEqual(found);
  });

  it("is not done once what is left of it is removed", async () => {
    const scene = new Scene();
    expect(await byHand(scene, createService, WANTED)).toMatchObject({ state: "not-done" });
  });
});
