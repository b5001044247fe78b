/**
 * On real parts: a whole recovery is taken back, killed in its middle, and the far side tells that the world is as
 * before.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunEvent } from "../../src/engine/state/event.ts";
import type { Entry } from "../../src/engine/journal/entry.ts";
import { readJournal } from "../../src/engine/journal/reading.ts";
import { docker } from "../rig/docker.ts";
import { EngineEvents } from "../rig/engine/engine-events.ts";
import { type Foundation, SERVICE, startFoundation, TARGET } from "../rig/foundation.ts";
import { logIn, type PostgresNode } from "../rig/postgres-node.ts";
import { callTool, type Ended, recover, type Recovery } from "../rig/recovery.ts";
import { onlyNode } from "../rig/scene.ts";
import { freshServiceKey } from "../rig/service-key.ts";
import { until } from "../rig/until.ts";

/** On a machine that other runs share. */
const PATIENCE_MS = 400_000;

let foundation: Foundation;
let engine: EngineEvents;
let recovery: Recovery;
let undone: Ended;
let node: PostgresNode;
let guid: string;
let aside: string;
let preview: Ended;

const undo = (): readonly string[] => ["undo", recovery.run, "--json", "--yes", "--confirm", TARGET];

function entries(): readonly Entry[] {
  const file = join(foundation.directory, "state", "runs", recovery.run, "journal.jsonl");
  return readJournal(readFileSync(file), file).entries;
}

/** SIGKILL as soon as the journal says that the way back of `step` has begun. */
async function killIn(step: string): Promise<void> {
  const tool = foundation.tool(undo());
  await until(`the way back of ${step}`, PATIENCE_MS, async () =>
    entries().some((entry) => entry.type === "step-started" && entry.step === step && entry.back === true),
  );
  tool.kill("SIGKILL");
  expect((await tool).signal).toBe("SIGKILL");
}

beforeAll(async () => {
  foundation = await startFoundation({ app: "web", gatewayOnly: true });
  engine = await EngineEvents.record(foundation.rig.id);
  recovery = await recover(foundation);
  expect(recovery.ended.error).toBeUndefined();
  guid = foundation.state().instances.find(({ name }) => name === SERVICE)?.guid ?? "";
  node = onlyNode(foundation.rig.broker.instance(guid));
  aside = `${SERVICE}-dingo-recover-${recovery.run}`;
  preview = await callTool(foundation, ["undo", recovery.run, "--dry-run", "--non-interactive"]);
  await killIn("start");
  await killIn("aside");
  undone = await callTool(foundation, undo());
}, 1_200_000);

afterAll(async () => {
  engine.stop();
  await foundation.stop();
});

describe("a whole recovery that was taken back", () => {
  test("ended as undone, with exit 0, after two kills", () => {
    const events = undone.stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as RunEvent);
    // The user that the kill left on the cell, and nothing else.
    expect(undone.stderr).toMatch(
      /^(left over from an earlier process: the temporary SSH user bosh_\w+ on .*: removed\n?)*$/,
    );
    expect(events.at(-1)).toMatchObject({ type: "run-ended", outcome: "undone", exitCode: 0 });
    expect(undone.exitCode).toBe(0);
  });

  test("was shown before, every command with its real values", () => {
    expect(preview.exitCode).toBe(0);
    expect(preview.stdout).toContain(`cf rename-service ${SERVICE} ${aside}`);
    expect(preview.stdout).toContain(`cf unbind-service web ${SERVICE}`);
    expect(preview.stdout).toContain(`${node.dataDirectory}.dingo-recover-${recovery.run}`);
  });

  test("gave the name back: the instance runs on under another one, nothing is bound to it", () => {
    const { instances, bindings } = foundation.state();
    expect(instances.filter(({ name }) => name === SERVICE)).toEqual([]);
    expect(instances.filter(({ name }) => name === aside).map((each) => each.guid)).toEqual([guid]);
    expect(bindings.filter(({ instanceGuid }) => instanceGuid === guid)).toEqual([]);
  });

  test("runs the new instance's own empty database again, whose application can log in", async () => {
    const login = await freshServiceKey(foundation, aside, "independent");
    const rows = await until("a log-in", PATIENCE_MS, async () => {
      const answer = await logIn(login, "select count(*) from pg_tables where tablename = 'visits'");
      return answer.ok ? answer.rows : undefined;
    });
    expect(rows).toEqual(["0"]);
    // Patroni says "master" before PostgreSQL has left its recovery: it lets readers in first.
    await until("a table", PATIENCE_MS, async () => (await logIn(login, "create table anew (n int)")).ok);
  });

  test("put etcd's identifier back to that of this database, which is not the archive's", async () => {
    const { rig, scene } = foundation;
    const initialize = await rig.etcd.get(`/service/${guid}/initialize`);
    expect(initialize).not.toBe(scene.sysid);
    expect((await node.patroni())?.database_system_identifier).toBe(initialize);
    const policy = ["inspect", "-f", "{{.HostConfig.RestartPolicy.Name}}", node.container];
    expect(await docker(policy)).toBe("always");
  });

  test("stopped and started what it had to, once", () => {
    expect(engine.counts(node.container)).toMatchObject({ create: 1, start: 3, stop: 2, die: 2 });
    const calls = foundation.rig.broker.calls.filter((call) => call.guid === guid).map(({ verb }) => verb);
    expect(calls).not.toContain("deprovision");
  });

  test("keeps the recovered database and the copied archive aside, and has the own archive back in its place", async () => {
    const { rig } = foundation;
    const undoneObjects = await rig.objects.list(`backups/${guid}/dingo-recover/${recovery.run}/undone/`);
    expect(undoneObjects.length).toBeGreaterThanOrEqual(foundation.scene.listing.length);
    const replaced = await rig.objects.list(`backups/${guid}/dingo-recover/${recovery.run}/replaced/`);
    const there = new Set((await rig.objects.list(`backups/${guid}/wal/`)).map(({ key }) => key));
    const sentinels = replaced.filter(({ key }) => key.endsWith("_backup_stop_sentinel.json"));
    expect(sentinels).toHaveLength(1);
    for (const { key } of sentinels)
      expect(there).toContain(key.replace(`dingo-recover/${recovery.run}/replaced/`, "wal/"));
    const recovered = `${node.dataDirectory}.dingo-recover-${recovery.run}-undone/postgres0/PG_VERSION`;
    await expect(execa("stat", [recovered])).resolves.toBeDefined();
    await expect(execa("stat", [`${node.dataDirectory}.dingo-recover-${recovery.run}`])).rejects.toBeDefined();
  });

  test("touched neither the source archive nor left a user on the cell", async () => {
    const { rig, scene } = foundation;
    expect(await rig.objects.list(`${scene.archive}/`)).toEqual(scene.listing);
    expect(await rig.cell.agent.users()).toEqual([]);
  });

  test("cannot be resumed, nor undone again", async () => {
    for (const words of [["resume", recovery.run, "--json"], undo()]) {
      const again = await callTool(foundation, words);
      expect(again.exitCode).toBe(2);
      expect(JSON.parse(again.stdout.trim())).toMatchObject({ code: "run-ended" });
    }
  });

  test("is cleaned up after once the target is confirmed and the owner agrees: what was aside is gone, the rest as it was", async () => {
    const { rig, scene } = foundation;
    const at = `backups/${guid}/dingo-recover/${recovery.run}/`;
    // A new base backup changes the list that a cleanup shows, and nobody is there to look at it again.
    await until("the backup that its last start begins", PATIENCE_MS, async () => {
      const objects = await rig.objects.list(`backups/${guid}/wal/`);
      return objects.filter(({ key }) => key.endsWith("_backup_stop_sentinel.json")).length > 1;
    });
    const own = (await rig.objects.list(`backups/${guid}/wal/`)).map(({ key }) => key);
    const shown = await callTool(foundation, ["cleanup", recovery.run, "--dry-run", "--non-interactive"]);
    expect(shown.exitCode).toBe(0);
    expect((await rig.objects.list(at)).length).toBeGreaterThan(0);
    const unconfirmed = await callTool(foundation, ["cleanup", recovery.run, "--yes", "--non-interactive"]);
    expect(unconfirmed.exitCode).toBe(13);
    expect((await rig.objects.list(at)).length).toBeGreaterThan(0);
    const confirmed = ["cleanup", recovery.run, "--yes", "--confirm", TARGET, "--json"];
    expect((await callTool(foundation, confirmed)).exitCode).toBe(13);
    expect((await rig.objects.list(at)).length).toBeGreaterThan(0);
    const cleaned = await callTool(foundation, [...confirmed, "--owner-agrees", "the rig"]);
    expect(cleaned.exitCode).toBe(0);
    expect(await rig.objects.list(at)).toEqual([]);
    const left = await execa("ls", [join(node.dataDirectory, "..")]);
    expect(left.stdout.split("\n").filter((name) => name.includes("dingo-recover"))).toEqual([]);
    const there = new Set((await rig.objects.list(`backups/${guid}/wal/`)).map(({ key }) => key));
    expect(own.filter((key) => key.endsWith("_sentinel.json")).every((key) => there.has(key))).toBe(true);
    expect(await rig.objects.list(`${scene.archive}/`)).toEqual(scene.listing);
  });
});
