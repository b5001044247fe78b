/**
 * On real parts, the main job: a dry run, a recovery that is killed in the swap and carried on, the rows by SQL through the
 * router, and the way back. The far side tells how.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { filesBelow } from "../../src/rehearsal/supervisor/leaks.ts";
import { secretsBelow, secretsIn, type Canaries } from "../rig/canaries.ts";
import { CommandLines } from "../rig/command-lines.ts";
import { docker } from "../rig/docker.ts";
import { EngineEvents } from "../rig/engine/engine-events.ts";
import { farSide } from "../rig/far-side.ts";
import { type Foundation, SERVICE, startFoundation, TARGET } from "../rig/foundation.ts";
import { logIn, type PostgresNode } from "../rig/postgres-node.ts";
import { callTool, type Ended, eventsOf, type Recovery } from "../rig/recovery.ts";
import { onlyNode } from "../rig/scene.ts";
import { freshServiceKey } from "../rig/service-key.ts";
import { until } from "../rig/until.ts";

let foundation: Foundation;
let lines: CommandLines;

beforeAll(async () => {
  foundation = await startFoundation({ app: "web", gatewayOnly: true });
  lines = new CommandLines();
});

afterAll(async () => {
  lines.stop();
  await foundation.stop();
});

/** The longest wait for a moment of a recovery, on a machine that other work shares. */
const PATIENCE_MS = 400_000;
const CONSENT = ["--json", "--yes", "--confirm", TARGET];
const LEFT_OVER = /^(left over from an earlier process: the temporary SSH user bosh_\w+ on .*: removed\n?)*$/;
const INPUTS = ["service=important-db", "org=our-org", "space=our-space"].flatMap((input) => ["--input", input]);

describe("a dry run", () => {
  let before: unknown;
  let dry: Ended;

  async function everything(): Promise<unknown> {
    const { etcd, objects } = foundation.rig;
    return { far: await farSide(foundation), keys: [...(await etcd.tree("/"))], objects: await objects.list("") };
  }

  beforeAll(async () => {
    before = await everything();
    dry = await callTool(foundation, ["run", "--dry-run", "--non-interactive", "--verbose", ...INPUTS]);
  });

  test("prints every command with real values, and what is not known yet by its name", () => {
    expect(dry.stderr).toBe("");
    expect(dry.exitCode).toBe(0);
    const text = dry.stdout;
    const { guid, archive } = foundation.scene;
    const { bucket } = foundation.rig.objects;
    expect(text).toMatch(
      /cf create-service dingo-postgresql95 solo important-db -t dingo-recover-\S+ -c '\{"node-count":1\}'/,
    );
    expect(text).toContain(`s3://${bucket}/${archive}`);
    expect(text).toContain(guid);
    for (const command of ["docker.sock stop", "update --restart=no", "docker.sock start", "update --restart=always"])
      expect(text).toContain(command);
    expect(text).toContain("/v2/keys/service/<create.guid>/initialize");
    expect(text).toContain(foundation.scene.sysid);
    expect(text).toContain("ALTER ROLE");
    expect(text).toContain("cf create-service-key important-db");
    expect(text).toContain("cf bind-service web important-db");
    expect(text).toContain("cf restart web");
  });

  test("changes nothing, on no part, and its SSH user is gone", async () => {
    expect(await everything()).toEqual(before);
    expect(foundation.rig.cell.agent.calls.map(({ verb }) => verb)).toContain("setup");
    expect(await foundation.rig.cell.agent.users()).toEqual([]);
    const { stdout } = await callTool(foundation, ["runs", "--json"]);
    expect((JSON.parse(stdout) as { runs: unknown[] }).runs).toEqual([]);
  });
});

describe("a service that was deleted by mistake, in a recovery that is killed in the swap and resumed", () => {
  let asked: number;
  let provisions: number;
  let engine: EngineEvents;
  let recovery: Recovery;
  let node: PostgresNode;
  let guid: string;
  let canaries: Canaries;

  beforeAll(async () => {
    const { rig } = foundation;
    asked = rig.objects.requests.all.length;
    provisions = rig.broker.calls.length;
    engine = await EngineEvents.record(rig.id);
    // A quick cf would come and go between two looks at the argument lists.
    foundation.way.suffer({ match: "POST /v3/service_instances", kind: "delay", times: 1, delayMs: 1_000 });
    const killed = foundation.tool(["run", ...CONSENT, ...INPUTS]);
    lines.watch(killed.pid);
    const [run] = await until("the run", PATIENCE_MS, async () => {
      const runs = readdirSync(join(foundation.directory, "state", "runs"));
      return runs.length === 1 ? runs : undefined;
    });
    guid = await until("the create to reach the broker", PATIENCE_MS, async () => instanceGuid(SERVICE));
    node = await until("the new node", PATIENCE_MS, async () => onlyNode(rig.broker.instance(guid)));
    await until(
      "its data to be moved aside",
      PATIENCE_MS,
      () => isThere(`${node.dataDirectory}.dingo-recover-${run}`),
      2,
    );
    killed.kill("SIGKILL");
    expect(await killed).toMatchObject({ signal: "SIGKILL" });
    const resumed = await callTool(foundation, ["resume", run ?? "", ...CONSENT], {
      meanwhile: (tool) => lines.watch(tool.pid),
    });
    recovery = { ...resumed, ...eventsOf(resumed) };
    const instance = rig.broker.instance(guid);
    canaries = {
      ...foundation.secrets,
      "the broker's secret key of the object store": rig.objects.credentials.secretAccessKey,
      "the password of the admin": instance.admin.password,
      "the password of the superuser": instance.superuser.password,
      "the password of the application": instance.app.password,
    };
  });

  afterAll(() => {
    engine.stop();
  });

  test("is back: exit 0, told so by the last event", () => {
    // The user that the kill left on the cell, and nothing else.
    expect(recovery.stderr).toMatch(LEFT_OVER);
    expect(recovery.ended).toMatchObject({ outcome: "succeeded", exitCode: 0 });
    expect(recovery.exitCode).toBe(0);
  });

  test("gives an independent client its rows through the router, with a service key of its own", async () => {
    const login = await freshServiceKey(foundation, SERVICE, "independent");
    expect(login.port).toBe(foundation.rig.broker.instance(guid).allocatedPort);
    const rows = await logIn(login, "select batch, count(*) from visits group by batch order by batch");
    const open = foundation.scene.rows - 60;
    expect(rows).toEqual({ ok: true, rows: ["1|20", "2|20", "3|20", ...(open > 0 ? [`4|${open}`] : [])] });
    expect(await logIn(login, "insert into visits (batch) values (5)")).toMatchObject({ ok: true });
  });

  test("is the archive's database in a container of its own, which is kept alive again", async () => {
    const { rig, scene } = foundation;
    expect(await rig.etcd.get(`/service/${guid}/initialize`)).toBe(scene.sysid);
    expect((await node.patroni())?.database_system_identifier).toBe(scene.sysid);
    expect((await node.state()).restartCount).toBe(0);
    const policy = ["inspect", "-f", "{{.HostConfig.RestartPolicy.Name}}", node.container];
    expect(await docker(policy)).toBe("always");
  });

  test("was asked for once: one create, one provision, one stop, one start", async () => {
    const { rig } = foundation;
    const posts = foundation
      .state()
      .requests.filter(({ method, path }) => `${method} ${path}` === "POST /v3/service_instances");
    expect(posts.map(({ status }) => status)).toEqual([202]);
    expect(rig.broker.calls.slice(provisions).filter(({ verb }) => verb === "provision")).toMatchObject([{ guid }]);
    // "update" is the restart policy: held, and given back.
    expect(engine.counts(node.container)).toMatchObject({ create: 1, start: 2, stop: 1, die: 1, update: 2 });
  });

  test("has its application back: bound to it and restarted, once", () => {
    const { bindings, apps } = foundation.state();
    expect(bindings.filter(({ type, instanceGuid }) => type === "app" && instanceGuid === guid)).toHaveLength(1);
    expect(apps.map(({ name, state, starts }) => ({ name, state, starts }))).toEqual([
      { name: "web", state: "STARTED", starts: 1 },
    ]);
  });

  test("was read from an archive that nobody wrote to", async () => {
    const { rig, scene } = foundation;
    expect(await rig.objects.list(`${scene.archive}/`)).toEqual(scene.listing);
    await farSide(foundation);
    const writes = new Set(rig.objects.requests.writesBelow(`${scene.archive}/`));
    expect(rig.objects.requests.all.slice(asked).filter((request) => writes.has(request))).toEqual([]);
    const reads = rig.objects.requests.all
      .slice(asked)
      .filter(({ keys }) => keys.some((key) => key.startsWith(scene.archive)));
    expect(reads.length).toBeGreaterThan(0);
  });

  test("leaves the empty instance's archive and directory aside, outside of any archive", async () => {
    const { rig } = foundation;
    const aside = await rig.objects.list(`backups/${guid}/dingo-recover/${recovery.run}/replaced/`);
    expect(aside.filter(({ key }) => key.endsWith("_backup_stop_sentinel.json"))).toHaveLength(1);
    await expect(
      execa("stat", [`${node.dataDirectory}.dingo-recover-${recovery.run}/postgres0/PG_VERSION`]),
    ).resolves.toBeDefined();
  });

  test("leaves no SSH user on the cell", async () => {
    expect(await foundation.rig.cell.agent.users()).toEqual([]);
  });

  test("has a journal whose chain holds up to the head that was printed", async () => {
    const { head } = recovery.ended;
    expect((await callTool(foundation, ["journal", "verify", recovery.run, "--head", head])).exitCode).toBe(0);
    const wrong = await callTool(foundation, ["journal", "verify", recovery.run, "--head", "0".repeat(64)]);
    expect(wrong.exitCode).not.toBe(0);
  });

  test("has a report that says up to when the data reach", async () => {
    const { stdout, exitCode } = await callTool(foundation, ["report", recovery.run, "--format", "markdown"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(TARGET);
    expect(stdout).toMatch(/last transaction \d{4}-\d\d-\d\dT/);
    expect(stdout).toContain(`visits: ${foundation.scene.rows} rows`);
    expect(stdout).toContain(recovery.ended.head);
    expect(secretsIn(stdout, canaries)).toEqual([]);
  });

  test("shows no secret on its streams, in its journal, events, evidence and nowhere it writes", () => {
    const state = join(foundation.directory, "state");
    const planted = join(state, "planted");
    writeFileSync(planted, `before ${canaries["the password of the application"] ?? ""} after`);
    expect(secretsBelow(state, canaries)).toEqual([`${planted}: the password of the application`]);
    rmSync(planted);
    expect(filesBelow(state).map((file) => file.replace(/^.*\/(?=[^/]+$)/, ""))).toEqual(
      expect.arrayContaining(["journal.jsonl", "events.jsonl"]),
    );
    expect(secretsBelow(state, canaries)).toEqual([]);
    expect(secretsIn(recovery.stdout + recovery.stderr, canaries)).toEqual([]);
  });

  test("shows no secret in any argument list, here or on the cell", async () => {
    const canary = "canary-planted-in-an-argument";
    const planted = execa("sh", ["-c", "read -r line", canary], { reject: false });
    lines.watch(planted.pid);
    await until("the planted canary to be seen", 120_000, async () => lines.has(canary), 20);
    planted.stdin.end("\n");
    await planted;
    // The commands that the search must cover were really seen: the tool, its cf, and its commands on the cell.
    for (const part of ["bundle/bin.cjs run", "cf create-service ", "docker.sock stop", "v2/keys/service"]) {
      expect(
        lines.seen.filter((line) => line.includes(part)),
        part,
      ).not.toEqual([]);
    }
    expect(lines.seen.flatMap((line) => secretsIn(line, canaries).map((name) => `${name} in ${line}`))).toEqual([]);
  });

  test("left its keys to the object store unable to write to the source", async () => {
    const { rig, scene, credentials } = foundation;
    const client = rig.objects.clientWith(credentials);
    const { PutObjectCommand } = await import("@aws-sdk/client-s3");
    const put = new PutObjectCommand({ Bucket: rig.objects.bucket, Key: `${scene.archive}/canary`, Body: "x" });
    await expect(client.send(put)).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    expect(readFileSync(join(foundation.directory, "dingo-recover.yml"), "utf8")).not.toContain(
      credentials.secretAccessKey,
    );
  });
});

describe("the way back", () => {
  let undone: Ended;
  beforeAll(async () => {
    const [run] = readdirSync(join(foundation.directory, "state", "runs"));
    undone = await callTool(foundation, ["undo", run ?? "", ...CONSENT]);
  });

  test("ends as undone: the name is free, the instance runs on under another one, nothing is bound to it", () => {
    expect(undone.stderr).toMatch(LEFT_OVER);
    const { run, ended } = eventsOf(undone);
    expect(ended).toMatchObject({ outcome: "undone", exitCode: 0 });
    expect(undone.exitCode).toBe(0);
    expect(instanceGuid(SERVICE)).toBeUndefined();
    const guid = instanceGuid(`${SERVICE}-dingo-recover-${run}`);
    expect(guid).toBeDefined();
    expect(foundation.state().bindings.filter(({ instanceGuid: of, type }) => of === guid && type === "app")).toEqual(
      [],
    );
  });

  test("gives an application the new instance's empty database again, and leaves the source archive as it was", async () => {
    const { rig, scene } = foundation;
    const login = await freshServiceKey(foundation, `${SERVICE}-dingo-recover-${eventsOf(undone).run}`, "after");
    const rows = await until("a log-in", PATIENCE_MS, async () => {
      const answer = await logIn(login, "select count(*) from pg_tables where tablename = 'visits'");
      return answer.ok ? answer.rows : undefined;
    });
    expect(rows).toEqual(["0"]);
    expect(await rig.objects.list(`${scene.archive}/`)).toEqual(scene.listing);
    expect(await rig.cell.agent.users()).toEqual([]);
  });
});

function instanceGuid(name: string): string | undefined {
  return foundation.state().instances.find((each) => each.name === name)?.guid;
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
