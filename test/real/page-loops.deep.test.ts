/**
 * On real parts: the published page ends in a crash loop, in its own words and with its first error mended,
 * and the same archive comes back when the right key is put.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomUUID } from "node:crypto";
import type { Instance } from "../rig/foundation/broker.ts";
import { followThePage, recoverByHand, setRolePasswords } from "../rig/by-hand.ts";
import { logIn } from "../rig/postgres-node.ts";
import { type Rig, startRig } from "../rig/rig.ts";
import { baseBackupDone, makeScene, onlyNode, type Scene } from "../rig/scene.ts";
import { SshSession } from "../rig/terminal/ssh-session.ts";
import { until } from "../rig/until.ts";

let rig: Rig;
let cell: SshSession;

beforeAll(async () => {
  rig = await startRig({ gatewayOnly: true });
  cell = await SshSession.open(rig);
});

afterAll(async () => {
  await rig.stop();
});

/** A new instance with its first base backup: the result of `cf create-service`. */
async function freshInstance(): Promise<Instance> {
  const fresh = await rig.broker.provision(randomUUID());
  await baseBackupDone(rig, fresh);
  return fresh;
}

async function crashes(fresh: Instance, restarts: number): Promise<readonly string[]> {
  const node = onlyNode(fresh);
  return until(`${node.container} to restart ${restarts} times`, 300_000, async () => {
    const state = await node.state();
    if (state.restartCount < restarts) return undefined;
    // The engine's own view between two lives: a container that ended well, over and over.
    if (state.status === "restarting") expect(state.exitCode).toBe(0);
    return (await node.log()).filter((line) => line.includes("system ID mismatch"));
  });
}

async function sourceUntouched(scene: Scene, since: number): Promise<void> {
  expect(await rig.objects.list(`${scene.archive}/`)).toEqual(scene.listing);
  const marker = `nothing-${randomUUID()}`;
  await rig.objects.requests.settled(`/${rig.objects.bucket}/${marker}`, () =>
    rig.objects.read(marker).catch(() => ""),
  );
  const later = rig.objects.requests.all.slice(since);
  const writes = new Set(rig.objects.requests.writesBelow(`${scene.archive}/`));
  expect(later.filter((request) => writes.has(request))).toEqual([]);
}

describe("an instance that was stopped cleanly", () => {
  let scene: Scene;
  let asked: number;

  beforeAll(async () => {
    scene = await makeScene(rig);
    asked = rig.objects.requests.all.length;
  });

  // The first two mostly wait for the engine's pauses between restarts, so they wait together.
  test.concurrent("the page, followed to the letter, restores the data and then refuses them for ever", async () => {
    const fresh = await freshInstance();
    const own = await rig.etcd.get(`/service/${fresh.guid}/initialize`);
    const answers = await followThePage(rig, cell, scene, fresh, scene.guid);
    expect(answers.map((answer) => JSON.parse(answer) as { errorCode?: number })).toMatchObject([
      { errorCode: 100 },
      { errorCode: 100 },
    ]);
    const mismatches = await crashes(fresh, 3);
    expect(mismatches.length).toBeGreaterThanOrEqual(3);
    expect(mismatches[0]).toContain(`belongs to a different cluster: ${own} != ${scene.sysid}`);
    expect(await rig.etcd.get(`/service/${fresh.guid}/initialize`)).toBe(own);
    await rig.broker.deprovision(fresh.guid, "kill");
  });

  test.concurrent(
    "with the right instance's keys it loops as well: the container believes its own first life",
    async () => {
      const fresh = await freshInstance();
      const own = await rig.etcd.get(`/service/${fresh.guid}/initialize`);
      await followThePage(rig, cell, scene, fresh, fresh.guid);
      const mismatches = await crashes(fresh, 2);
      expect(mismatches[0]).toContain(`belongs to a different cluster: ${own} != ${scene.sysid}`);
      const log = await onlyNode(fresh).log();
      expect(log.some((line) => line.includes(`Re-initializing /${fresh.guid}/initialize with original`))).toBe(true);
      await rig.broker.deprovision(fresh.guid, "kill");
    },
  );

  test("putting the archive's system id brings every row back; log-ins need the new passwords", async () => {
    const fresh = await freshInstance();
    await recovered(scene, fresh);
    await sourceUntouched(scene, asked);
  });
});

describe("an instance that was killed", () => {
  test("loses what was not archived and gives the rest back", async () => {
    const scene = await makeScene(rig, { how: "kill" });
    expect(scene.rows).toBe(60);
    const asked = rig.objects.requests.all.length;
    await recovered(scene, await freshInstance());
    await sourceUntouched(scene, asked);
  });
});

async function recovered(scene: Scene, fresh: Instance): Promise<void> {
  const node = onlyNode(fresh);
  await recoverByHand(rig, cell, scene, fresh);
  const { startedAt } = await node.state();
  await until(`${node.container} to be master`, 300_000, async () => {
    const { state, role, database_system_identifier: sysid } = (await node.patroni()) ?? {};
    return state === "running" && role === "master" && sysid === scene.sysid;
  });
  const log = (await node.log(startedAt)).join("\n");
  expect(log).toContain("preparing patroni to restore this container from wal-e backups");
  expect(log).toContain("replica has been created using wal_e");
  for (const segment of scene.segments) expect(log).toContain(`restored log file "${segment}" from archive`);
  await until("the end of recovery", 300_000, async () => {
    return (await node.log(startedAt)).some((line) => line.includes("archive recovery complete"));
  });
  expect(await node.sql("select count(*) from visits")).toEqual([String(scene.rows)]);

  const binding = await rig.broker.bind(fresh.guid);
  await until("the router to lead to the master again", 300_000, async () => {
    const answer = await logIn(binding);
    return answer.ok || answer.refused;
  });
  expect(await logIn(binding)).toMatchObject({ ok: false, refused: true });
  await setRolePasswords(cell, fresh);
  expect(await logIn(binding, "select count(*) from visits")).toEqual({ ok: true, rows: [String(scene.rows)] });
  expect(await logIn(binding, "insert into visits (batch) values (5)")).toMatchObject({ ok: true });

  await baseBackupDone(rig, fresh, 2);
  expect((await node.state()).restartCount).toBe(0);
}
