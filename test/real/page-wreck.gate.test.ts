/** On real parts: the wreck that the published page leaves is recognised, left alone, and recovered beside. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { followThePage } from "../rig/by-hand.ts";
import { changesOf } from "../rig/far-side.ts";
import { type Foundation, ORG, SERVICE, SPACE, startFoundation } from "../rig/foundation.ts";
import { logIn, type PostgresNode } from "../rig/postgres-node.ts";
import { recover } from "../rig/recovery.ts";
import { baseBackupDone, onlyNode } from "../rig/scene.ts";
import { cfProgram, freshServiceKey } from "../rig/service-key.ts";
import { SshSession } from "../rig/terminal/ssh-session.ts";
import { until } from "../rig/until.ts";

let foundation: Foundation;
/** The result of the page's commands on the instance that was created for it. */
let wreck: { readonly guid: string; readonly node: PostgresNode; readonly archive: string };

beforeAll(async () => {
  foundation = await startFoundation({ gatewayOnly: true });
  const { rig, scene } = foundation;
  const cf = await cfProgram(foundation, "page");
  await cf("create-service", "dingo-postgresql95", "solo", SERVICE, "-c", '{"node-count":1}', "--wait");
  const guid = (await cf("service", SERVICE, "--guid")).trim();
  const fresh = rig.broker.instance(guid);
  await baseBackupDone(rig, fresh);
  const cell = await SshSession.open(rig);
  await followThePage(rig, cell, scene, fresh, scene.guid);
  await cell.close();
  wreck = { guid, node: onlyNode(fresh), archive: fresh.archive };
});

afterAll(async () => {
  await foundation.stop();
});

test("the page's procedure ends in a crash loop with exit code 0", async () => {
  const { node } = wreck;
  await until(`${node.container} to restart`, 300_000, async () => {
    const state = await node.state();
    return state.restartCount >= 2 && (state.running || state.exitCode === 0);
  });
  expect((await node.log()).filter((line) => line.includes("system ID mismatch")).length).toBeGreaterThanOrEqual(2);
});

test("a run that is pointed at the wreck says what it is and does not touch it", async () => {
  const { rig } = foundation;
  const { guid, node, archive } = wreck;
  const look = async (): Promise<unknown> => ({
    changes: await changesOf(foundation),
    initialize: await rig.etcd.get(`/service/${guid}/initialize`),
    archive: (await rig.objects.list(archive)).length,
    container: (await node.state()).id,
  });
  const before = await look();
  const { ended, exitCode } = await recover(foundation);
  expect(ended.error).toMatchObject({ code: "wreck-found" });
  expect(ended.error?.message).toContain(guid);
  expect(ended.error?.message).toContain("system ID mismatch");
  expect(ended.error?.remedy).toContain("--input new_name=");
  expect(exitCode).toBe(16);
  expect(await look()).toEqual(before);
});

test("under another name the rows come back in a fresh instance, and the wreck stays as it is", async () => {
  const { rig, scene } = foundation;
  const name = "important-db-2";
  const initialize = await rig.etcd.get(`/service/${wreck.guid}/initialize`);
  const recovery = await recover(foundation, { inputs: { new_name: name }, confirm: `${ORG}/${SPACE}/${name}` });
  expect(recovery.ended).toMatchObject({ exitCode: 0, outcome: "succeeded" });
  const login = await freshServiceKey(foundation, name, "independent");
  expect(await logIn(login, "select count(*) from visits")).toEqual({ ok: true, rows: [String(scene.rows)] });
  expect(await rig.objects.list(`${scene.archive}/`)).toEqual(scene.listing);
  expect(await rig.etcd.get(`/service/${wreck.guid}/initialize`)).toBe(initialize);
  expect(
    foundation
      .state()
      .instances.map((instance) => instance.name)
      .sort(),
  ).toEqual([SERVICE, name]);
});
