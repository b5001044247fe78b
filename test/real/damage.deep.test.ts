/**
 * On real parts: faults of a call, a platform or a deleted instance are told before anything is created, and the rest
 * of the instance comes back all the same. One archive has a gap; the other instance was never really gone, then
 * killed.
 */
import { access, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { containerState, docker } from "../rig/docker.ts";
import { changesOf } from "../rig/far-side.ts";
import { DEPLOYMENT } from "../rig/foundation/director.ts";
import { type Foundation, ORG, SERVICE, SPACE, startFoundation } from "../rig/foundation.ts";
import { logIn } from "../rig/postgres-node.ts";
import { callTool, recover, type Recovery, type RecoveryOptions } from "../rig/recovery.ts";
import { onlyNode, type Scene } from "../rig/scene.ts";
import type { StoredObject } from "../rig/object-store.ts";
import { freshServiceKey } from "../rig/service-key.ts";
import { assumeRole, variablesOf } from "../rig/sts.ts";
import { until } from "../rig/until.ts";

const LIVING = "orders-db";
/** A name as somebody may have typed it: quotes, a command, a colour for the terminal, two lines. */
const HOSTILE = 'it\'s "back" $(touch /tmp/dingo-recover-was-here)\u001b[31m\nsecond line';

let foundation: Foundation;
/** The instance of `LIVING`: its container was left alive. */
let left: Scene;
let leaving: Promise<Scene>;

beforeAll(async () => {
  foundation = await startFoundation({ gatewayOnly: true });
  leaving = foundation.anotherScene(LIVING, { how: "left-alive" });
  // Whether it came to be is asked later on.
  leaving.catch(() => undefined);
});

afterAll(async () => {
  await Promise.allSettled([leaving]);
  await foundation.stop();
});

type Refusal = NonNullable<Recovery["ended"]["error"]> & { readonly exitCode: number };

/** Runs, and sees that neither Cloud Foundry nor the object store nor the cell was asked for any change. */
async function refused(options: RecoveryOptions): Promise<Refusal> {
  const before = await changesOf(foundation);
  const { ended, exitCode } = await recover(foundation, options);
  expect(await changesOf(foundation)).toEqual({ ...before, writes: [], users: [] });
  expect(exitCode).toBe(ended.exitCode);
  if (ended.error === undefined) throw new Error("the run was not refused");
  return { ...ended.error, exitCode: ended.exitCode };
}

describe("bad input and bad weather end before anything is created", () => {
  const nothing = "00000000-0000-4000-8000-000000000000";

  /** Temporary keys that may do nothing at all. */
  async function powerless(): Promise<Readonly<Record<string, string>>> {
    const { endpoint, region, credentials } = foundation.rig.objects;
    const keys = await assumeRole(endpoint, region, credentials, {
      Version: "2012-10-17",
      Statement: [{ Effect: "Deny", Action: ["s3:*"], Resource: ["arn:aws:s3:::*"] }],
    });
    return variablesOf(keys);
  }

  test.each([
    ["another GUID", { inputs: { instance_guid: nothing } }, { code: "nothing-found", exitCode: 17 }],
    ["a hostile name that nothing ever had", { service: HOSTILE }, { code: "nothing-found", exitCode: 17 }],
    [
      "a name that reads as a flag",
      { inputs: { new_name: "--help" }, confirm: `${ORG}/${SPACE}/--help` },
      { code: "name-unsupported", exitCode: 16 },
    ],
    ["a space it was not deleted in", { inputs: { space: "it's not there" } }, { code: "guard-refused", exitCode: 16 }],
    ["a wrong password", { env: { CF_PASSWORD: "wrong" } }, { code: "not-logged-in", exitCode: 15 }],
    ["a wrong director's secret", { env: { BOSH_CLIENT_SECRET: "wrong" } }, { code: "access-denied", exitCode: 15 }],
    ["another target confirmed", { confirm: "our-org/our-space/other" }, { code: "confirm-mismatch", exitCode: 16 }],
  ] as const)("%s", async (_what, options, expected) => {
    expect(await refused(options)).toMatchObject(expected);
  });

  test("a GUID that is not one: said before a run begins", async () => {
    const state = join(foundation.directory, "other-state");
    const args = ["run", "--json", "--input", "instance_guid=important-db", "--state-dir", state];
    const { exitCode, stdout } = await callTool(foundation, args);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ schema: "dingo-recover/error@1", code: "input-invalid" });
    await expect(access(state)).rejects.toThrow("ENOENT");
  });

  test("keys that may not read the archive: 403 is not an empty archive", async () => {
    expect(await refused({ env: await powerless() })).toMatchObject({ code: "access-denied", exitCode: 15 });
  });

  test("a director that is at work on the deployment", async () => {
    const { director } = foundation;
    const lock = {
      type: "deployment",
      resource: [DEPLOYMENT],
      taskId: "4711",
      expiresAt: Math.floor(Date.now() / 1000) + 600,
    };
    director.change((state) => ({ ...state, locks: [lock] }));
    const error = await refused({});
    director.change((state) => ({ ...state, locks: [] }));
    expect(error).toMatchObject({ code: "platform-busy", exitCode: 16 });
    expect(error.message).toContain("4711");
  });

  test("records of deletions that are cut in the middle: nothing found is not nothing there", async () => {
    const faults = ["service_usage_events", "audit_events"].map(
      (records) => ({ match: `GET /v3/${records}*`, kind: "cut" }) as const,
    );
    foundation.way.suffer(...faults);
    // A source that does not answer is waited for.
    const error = await refused({ flags: ["--patience", "2s"] });
    foundation.way.suffer();
    expect(error).toMatchObject({ code: "unreachable", exitCode: 15 });
    expect(error.message).toContain("not everything could be looked at");
  });
});

describe("an archive that lost objects", () => {
  test("gives its lost system identifier out of its base backup, as the WAL confirms it", async () => {
    const { rig, scene } = foundation;
    const key = `${scene.archive}/sysids/sysid`;
    await rig.objects.copy(key, "kept/sysid");
    await scene.dropSysid();
    const before = await changesOf(foundation);
    const inputs = Object.entries({ service: SERVICE, org: ORG, space: SPACE });
    const given = inputs.flatMap(([name, value]) => ["--input", `${name}=${value}`]);
    const { exitCode, stdout } = await callTool(foundation, ["run", "--dry-run", "--non-interactive", ...given]);
    const after = await changesOf(foundation);
    await rig.objects.copy("kept/sysid", key);
    expect([exitCode, after]).toEqual([0, { ...before, writes: [], users: [] }]);
    const said = stdout.replace(/\s+/g, " ");
    expect(said).toContain(`its system identifier ${scene.sysid} is from global/pg_control in basebackups_005/`);
  });

  test("has its gap told before consent, in segments and in time", async () => {
    const { scene } = foundation;
    const segment = await scene.dropSegment(1);
    const error = await refused({});
    expect(error).toMatchObject({ code: "loss-not-accepted", exitCode: 16 });
    expect(error.message).toContain("this loss was not accepted: ");
    expect(error.message).toContain(segment);
    expect(error.message).toMatch(
      new RegExp(
        `: ${lostSegments()} segments \\(1 missing, \\d unreachable, .*\\) are lost; with them, up to \\d+ (s|min) of writes may be lost \\(last transaction \\S+Z, deleted \\S+Z\\)`,
      ),
    );
    expect(error.remedy).toContain(`--accept-loss ${lostSegments()}`);
  });

  test("is not recovered if less is accepted than would be lost", async () => {
    const less = await refused({ flags: ["--accept-loss", String(lostSegments() - 1)] });
    expect(less).toMatchObject({ code: "loss-not-accepted", exitCode: 16 });
  });
});

/** The missing one, the one behind it, and the one that was open, when a clean stop archived it. */
function lostSegments(): number {
  return foundation.scene.rows === 65 ? 3 : 2;
}

describe("an instance that is not gone", () => {
  beforeAll(async () => {
    left = await leaving;
  });

  test("is found alive on its cell before anything is created", async () => {
    const node = onlyNode(left.old);
    const error = await refused({ service: LIVING });
    expect(error).toMatchObject({ code: "question-unanswered", exitCode: 13 });
    expect(error.message).toContain(`running container "${node.container}"`);
    expect((await node.state()).running).toBe(true);
  });

  test("is found by its directory, when only that is left", async () => {
    const node = onlyNode(left.old);
    await docker(["rm", "--force", node.container]);
    const error = await refused({ service: LIVING });
    expect(error).toMatchObject({ code: "question-unanswered", exitCode: 13 });
    expect(error.message).toContain(node.dataDirectory);
  });
});

/** Both at once: most of a recovery is waiting. */
describe("what is left comes back", () => {
  let sources: readonly (readonly StoredObject[])[];
  let upToGap: Recovery;
  let killed: Recovery;
  let stops: readonly Sample[];

  async function listSources(): Promise<readonly (readonly StoredObject[])[]> {
    const { rig, scene } = foundation;
    return Promise.all([scene, left].map(({ archive }) => rig.objects.list(`${archive}/`)));
  }

  beforeAll(async () => {
    const { broker, rig } = foundation;
    await rm(dirname(onlyNode(left.old).dataDirectory), { recursive: true });
    sources = await listSources();
    broker.slowStop = true;
    const watched = watchStop();
    [upToGap, killed] = await Promise.all([
      recover(foundation, {
        inputs: { new_name: HOSTILE },
        confirm: `${ORG}/${SPACE}/${HOSTILE}`,
        flags: ["--accept-loss", String(lostSegments())],
      }),
      recover(foundation, {
        service: LIVING,
        confirm: `${ORG}/${SPACE}/${LIVING}`,
        env: variablesOf(await rig.restrictedCredentials(left.archive)),
        meanwhile: (tool) => void tool.finally(watched.end),
      }),
    ]);
    stops = await watched.samples;
  });

  test("up to the gap, its loss accepted, under a name that no shell ever reads", async () => {
    expect(upToGap.ended).toMatchObject({ exitCode: 0, outcome: "succeeded" });
    const login = await freshServiceKey(foundation, HOSTILE, "beside");
    expect(await logIn(login, "select batch, count(*) from visits group by 1")).toEqual({ ok: true, rows: ["1|20"] });
    const touched = docker(["exec", foundation.rig.cell.container, "ls", "/tmp/dingo-recover-was-here"]);
    await expect(touched).rejects.toThrow("No such file");
    await expect(access("/tmp/dingo-recover-was-here")).rejects.toThrow("ENOENT");
  });

  test("without the open segment, if it was killed", async () => {
    expect(killed.ended).toMatchObject({ exitCode: 0, outcome: "succeeded" });
    const login = await freshServiceKey(foundation, LIVING, "successor");
    expect(await logIn(login, "select count(*) from visits")).toEqual({ ok: true, rows: ["60"] });
  });

  test("though the new container hears no stop: it is started when the leader key is gone, not before", () => {
    // Killed after its ten seconds, with the leader key still there.
    const stopped = stops.filter(({ running }) => !running);
    expect(stopped.map(({ exitCode }) => exitCode)).toEqual(stopped.map(() => 137));
    expect(stopped.filter(({ leader }) => leader)).not.toEqual([]);
    expect(stopped.at(-1)?.leader).toBe(false);
  });

  test("from archives that are as they were", async () => {
    expect(await listSources()).toEqual(sources);
  });
});

interface Sample {
  readonly running: boolean;
  readonly exitCode: number;
  readonly leader: boolean;
}

/** Looks at the successor's container and at its leader key, from the time that there is one to the end of the tool. */
function watchStop(): { readonly samples: Promise<readonly Sample[]>; readonly end: () => void } {
  let over = false;
  const samples: Sample[] = [];
  const look = async (): Promise<boolean> => {
    const guid = foundation.state().instances.find(({ name }) => name === LIVING)?.guid;
    const known = foundation
      .state()
      .instances.some((instance) => instance.guid === guid && instance.lastOperation.state === "succeeded");
    if (guid !== undefined && known) {
      const state = await containerState(onlyNode(foundation.rig.broker.instance(guid)).container);
      const leader = (await foundation.rig.etcd.get(`/service/${guid}/leader`)) !== undefined;
      if (state !== undefined) samples.push({ running: state.running, exitCode: state.exitCode, leader });
    }
    return over;
  };
  return {
    samples: until("the tool to end", 600_000, look, 300).then(() => samples),
    end: () => {
      over = true;
    },
  };
}
