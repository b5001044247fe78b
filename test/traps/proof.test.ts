/**
 * Success is a proof (law 6): ends that look like a restore and are none (dingo.md §1.12, §3.6, §3.8; real-parts.md
 * §3).
 */
import { describe, expect, it } from "vitest";
import { keepListing } from "../../src/foundation/actions/archive/evidence-listing.ts";
import { waitBaseBackup } from "../../src/foundation/actions/archive/wait-base-backup.ts";
import { createServiceKey } from "../../src/foundation/actions/cf/create-service-key.ts";
import { proveLogin } from "../../src/foundation/actions/postgres/prove-login.ts";
import { setRolePasswords } from "../../src/foundation/actions/postgres/set-role-passwords.ts";
import { check } from "../../src/foundation/actions/platform/check.ts";
import { proveRestored } from "../../src/foundation/actions/recovery/prove-restored.ts";
import { readRestoreLog } from "../../src/foundation/actions/recovery/restore-lines.ts";
import { RecoverError } from "../../src/errors.ts";
import { formatLocation } from "../../src/archive/names/location.ts";
import { BUCKET, NEW, OLD, seedArchive, segment, sentinelText, SYSID } from "../archive/sample-archive.ts";
import { CONTAINER, failure, FIRST_LIFE, NEW_GUID, NEW_SYSID, RUN, Scene, TARGET, WITH_ETCD } from "./scene.ts";

const PREPARING = "restore_leader_if_missing> preparing patroni to restore this container from wal-e backups";
const restored = (number: number): string => `LOG:  restored log file "${segment(number)}" from archive`;
const RECOVERED = [
  PREPARING,
  ...[2, 3, 4, 5, 6].map(restored),
  "INFO: promoted self to leader by acquiring session lock",
  "LOG:  last completed transaction was at log time 2026-11-21 11:57:53.190195+00",
  restored(6),
  "LOG:  selected new timeline ID: 2",
  "LOG:  archive recovery complete",
];
const MASTER = { state: "running", role: "master" };
const HISTORY = "1\t0/7000000\tno recovery target specified\n";
const INPUT = {
  ...TARGET,
  started_at: FIRST_LIFE,
  system_id: SYSID,
  segments: 5,
  last_segment: segment(6),
  base_backup: `base_${segment(2)}_00000040`,
};

/** The state of NEW's database, over the old archive; by default it came back whole. */
interface Recovered {
  readonly up?: boolean;
  readonly systemId?: string;
  readonly inRecovery?: boolean;
  readonly history?: string;
  readonly writes?: string;
  readonly patroni?: unknown;
}

/** NEW runs over the old archive, and says this. */
function started(lines: readonly string[], { patroni = MASTER, ...database }: Recovered = {}): Scene {
  const scene = new Scene().withNew();
  scene.cell.logLines.set(CONTAINER, [...lines]);
  scene.cell.patroni = patroni;
  const whole = { up: true, systemId: SYSID, inRecovery: false, history: HISTORY, writes: segment(7, 2) };
  Object.assign(scene.cell.database, { ...whole, ...database });
  return scene;
}

const waitedMs = (scene: Scene): number => scene.clock.sleeps.reduce((sum, ms) => sum + ms, 0);

describe("a restore", () => {
  it("is proved by its end, its system identifier and its last segment", async () => {
    const proved = await started(RECOVERED).perform(proveRestored, INPUT);
    expect(proved).toMatchObject({ segments_restored: 5, timeline: 2, recovered_to: "2026-11-21T11:57:53.190Z" });
  });

  it("has its last transaction named, though that came after the log was read and before the database was found open", async () => {
    const scene = started(RECOVERED.slice(0, 4));
    Object.defineProperty(scene.cell, "patroni", {
      get: () => {
        scene.cell.logLines.set(CONTAINER, RECOVERED);
        return MASTER;
      },
    });
    const proved = await scene.perform(proveRestored, INPUT);
    expect(proved).toMatchObject({ segments_restored: 5, recovered_to: "2026-11-21T11:57:53.190Z" });
  });

  it("is proved by SQL alone, of an image whose log says other words, and tells what it does not know", async () => {
    const scene = started(["[entrypoint] PASSWORD=secretsecret", "[agent] restore: done"]);
    const proved = await scene.perform(proveRestored, INPUT);
    expect(proved).toMatchObject({ segments_restored: 0, timeline: 2, system_id: SYSID });
    expect(proved["not_known"]).toMatch(/^its log has 2 lines that this version does not know, the first: ".*\*{8}"/);
    expect(proved["not_known"]).not.toContain("secretsecret");
    expect(scene.cell.changes).toEqual([]);
  });

  it("is not proved by the line that the page waits for", async () => {
    const proving = started([PREPARING], { up: false }).perform(proveRestored, INPUT);
    await expect(proving).rejects.toEqual(failure("deadline-passed", /did not end in time/));
  });

  it("is not proved by a role master alone, before the end of recovery", async () => {
    const proving = started(RECOVERED.slice(0, 4), { inRecovery: true }).perform(proveRestored, INPUT);
    await expect(proving).rejects.toEqual(failure("deadline-passed", /did not end in time; 3 of 5 segments/));
  });

  it("is not proved by a log that tells its end, while the database is in recovery", async () => {
    const proving = started(RECOVERED, { inRecovery: true }).perform(proveRestored, INPUT);
    await expect(proving).rejects.toEqual(failure("deadline-passed", /it is recovering/));
  });

  it.each([{ state: "running", role: "replica" }, { state: "starting" }, { state: "starting", role: "master" }])(
    "is not proved before Patroni leads: %o",
    async (patroni) => {
      const scene = started(RECOVERED, { patroni });
      scene.cell.alter(CONTAINER, { ports: [{ container: 8008, hostIp: "10.58.111.15", host: 32786 }] });
      await scene.refuses(proveRestored, INPUT, "deadline-passed", /it is open/);
    },
  );

  it.each([
    ["names its leader as Patroni does from 4.0 on", { state: "running", role: "primary" }],
    ["is not Patroni's", { status: "ok" }],
  ])("is proved by SQL if the answer at 8008 %s", async (_what, patroni) => {
    const scene = started(RECOVERED, { patroni });
    scene.cell.alter(CONTAINER, { ports: [{ container: 8008, hostIp: "10.58.111.15", host: 32786 }] });
    expect(await scene.perform(proveRestored, INPUT)).toMatchObject({ system_id: SYSID });
  });

  it("went wrong if Docker restarts the container again and again, with exit code 0", async () => {
    const scene = started([PREPARING], { up: false });
    scene.cell.alter(CONTAINER, { running: false, status: "restarting", exitCode: 0, restartCount: 3 });
    await scene.refuses(proveRestored, INPUT, "proof-failed", /restarted 3 times/);
    expect(waitedMs(scene)).toBe(0);
  });

  it("went wrong at the first line of the crash loop, once the container has ended", async () => {
    const line = `CRITICAL: system ID mismatch, node x belongs to a different cluster: ${NEW_SYSID} != ${SYSID}`;
    const scene = started([...RECOVERED, line], { up: false });
    scene.cell.alter(CONTAINER, { running: false, status: "exited", exitCode: 0 });
    await scene.refuses(proveRestored, INPUT, "proof-failed", /system ID mismatch/);
    expect(waitedMs(scene)).toBe(0);
    expect(scene.cell.changes).toEqual([]);
  });

  it("did not go wrong by a log line alone: a database that answers is believed", async () => {
    const line = `CRITICAL: system ID mismatch, node x belongs to a different cluster: ${NEW_SYSID} != ${SYSID}`;
    const scene = started([...RECOVERED, line, "78218d-reinitialize> Identified restart loop, reinitializing"]);
    expect(await scene.perform(proveRestored, INPUT)).toMatchObject({ system_id: SYSID });
    expect(scene.cell.changes).toEqual([]);
  });

  it("is not stopped for a line from before its newest restore: somebody may have put it right", () => {
    const line = `CRITICAL: system ID mismatch, node x belongs to a different cluster: ${NEW_SYSID} != ${SYSID}`;
    expect(readRestoreLog([line, ...RECOVERED]).failure).toBeUndefined();
    expect(readRestoreLog([...RECOVERED, line]).failure).toBe(line);
  });

  it("is not stopped for a line of an earlier life", async () => {
    const line = `CRITICAL: system ID mismatch, node x belongs to a different cluster: ${NEW_SYSID} != ${SYSID}`;
    const scene = started([line], { up: false });
    const second = "2026-11-21T12:40:00Z";
    scene.cell.alter(CONTAINER, { startedAt: second });
    scene.cell.logsSince.set(second, []);
    await scene.refuses(proveRestored, INPUT, "deadline-passed", /no connections/);
  });

  it("waits for an answer of Patroni's that is none", async () => {
    const scene = started(RECOVERED);
    const answers: unknown[] = [MASTER];
    const garbage = new RecoverError("answer-malformed", "no JSON", { remedy: "", effect: "none" });
    Object.defineProperty(scene.cell, "patroni", {
      get: () => {
        if (answers.length === 2) return answers[0];
        answers.push(garbage);
        throw garbage;
      },
    });
    expect(await scene.perform(proveRestored, INPUT)).toMatchObject({ system_id: SYSID });
  });

  it("of an old directory went wrong when it ends before the archive's last segment", async () => {
    const scene = started(["78218d-local database exists"], { history: "", writes: segment(5) });
    const asked = { ...INPUT, database: "/var/vcap/store/x/postgres0" };
    await scene.fails(proveRestored, asked, "proof-failed", /before .*06 that the archive holds/);
  });

  it("is not stopped at the watcher's first line, which every healthy start of 0.9.2 and later prints", async () => {
    const scene = started(["78218d-reinitialize> Beginning restart-loop detection", ...RECOVERED]);
    expect(await scene.perform(proveRestored, INPUT)).toMatchObject({ system_id: SYSID, not_known: "" });
    expect(scene.cell.changes).toEqual([]);
  });

  it("goes on if somebody restarted the container, by what its database says", async () => {
    const scene = started(RECOVERED);
    scene.cell.alter(CONTAINER, { startedAt: "2026-11-21T12:40:00Z" });
    expect(await scene.perform(proveRestored, INPUT)).toMatchObject({ system_id: SYSID, timeline: 2 });
    expect(scene.cell.changes).toEqual([]);
  });

  it("waits out a restart, and went wrong if the container stays down; it says that nobody stopped it", async () => {
    const scene = started([PREPARING], { up: false });
    scene.cell.alter(CONTAINER, { running: false, status: "exited", exitCode: 137 });
    await scene.refuses(
      proveRestored,
      INPUT,
      "proof-failed",
      /never answered. The container has ended by itself \(exit code 137\)/,
    );
    expect(waitedMs(scene)).toBeGreaterThanOrEqual(20_000);
    expect(scene.cell.changes).toEqual([]);
  });

  it("went wrong if PostgreSQL promoted before the last segment, without a word of its own", async () => {
    const lines = RECOVERED.filter((line) => !/0000[456]"/.test(line));
    const history = "1\t0/4000000\tno recovery target specified\n";
    await expect(started(lines, { history, writes: segment(4, 2) }).perform(proveRestored, INPUT)).rejects.toEqual(
      failure("proof-failed", /recovery ended at 0\/4000000 of timeline 1, before .*06 that the archive holds/),
    );
  });

  it("names the segment that wal-e did not find, although it calls that complete", async () => {
    const lines = [
      ...RECOVERED.slice(0, 3),
      `        DETAIL: The absolute URI that could not be located is s3://b/backups/x/wal/wal_005/${segment(4)}.lzo.`,
      `MSG: complete wal restore`,
      `STRUCTURED: action=wal-fetch seg=${segment(4)} state=complete`,
    ];
    const scene = started(lines, { history: "1\t0/4000000\tno recovery target specified\n" });
    await scene.fails(proveRestored, INPUT, "proof-failed", new RegExp(`wal-e did not find ${segment(4)}`));
  });

  it("went wrong on another branch than that of the archive's last segment", async () => {
    const scene = started(RECOVERED, {
      history: "1\t0/9000000\tno recovery target specified\n",
      writes: segment(9, 3),
    });
    const asked = { ...INPUT, last_segment: segment(7, 2) };
    await scene.fails(proveRestored, asked, "proof-failed", /is on timeline 3 and never was on 2/);
  });

  it("ends in a stop at once if it went wrong, and in none if it is merely not over", async () => {
    const wrong = started(RECOVERED, { systemId: NEW_SYSID });
    await wrong.fails(proveRestored, INPUT, "proof-failed", /This run stopped the container/);
    expect(wrong.cell.changes).toEqual([`stop ${CONTAINER}`]);
    expect(wrong.context.records("stopped-at-once")).toEqual([{ life: FIRST_LIFE }]);
    const cut = started(RECOVERED);
    cut.cell.lostAnswers.push("logs");
    await cut.refuses(proveRestored, INPUT, "unreachable", /lost/);
  });

  it("is stopped once only: who starts the container after that has been told", async () => {
    const scene = started(RECOVERED, { systemId: NEW_SYSID });
    await expect(scene.perform(proveRestored, INPUT)).rejects.toThrow();
    scene.cell.alter(CONTAINER, { running: true, status: "running", startedAt: "2026-11-21T12:40:00Z" });
    await scene.refuses(proveRestored, INPUT, "proof-failed", /somebody started it after this run had stopped it/);
    expect(scene.cell.changes).toEqual([`stop ${CONTAINER}`]);
  });

  it("went wrong if another database leads, also before it is out of recovery", async () => {
    for (const inRecovery of [false, true]) {
      const scene = started(RECOVERED, { systemId: NEW_SYSID, inRecovery });
      await scene.fails(proveRestored, INPUT, "proof-failed", /has system identifier/);
    }
  });

  it("is given more time the longer its chain of segments is, since archives have one base backup per start", async () => {
    const waited = async (segments: number): Promise<number> => {
      const scene = started([PREPARING], { up: false });
      await expect(scene.perform(proveRestored, { ...INPUT, segments })).rejects.toThrow();
      return waitedMs(scene);
    };
    expect(await waited(100)).toBeGreaterThanOrEqual((await waited(5)) + 95 * 1000);
  });

  it("goes on over lines that only look like failures", () => {
    const harmless = [
      'LOG:  could not open usermap file ".../pg_ident.conf": No such file or directory',
      "FATAL:  the database system is starting up",
      "lzop: <stdin>: not a lzop file",
      "wal_e.operator.s3_operator INFO: could no longer locate object while performing wal restore",
      "backup> Not uploading backup because I am currently in recovery",
    ];
    expect(readRestoreLog([...harmless, ...RECOVERED]).failure).toBeUndefined();
  });
});

describe("the base backup of the recovered database", () => {
  it("is one of a new timeline: the copied one does not count", async () => {
    const scene = new Scene().withNew();
    const target = formatLocation(NEW);
    await scene.refuses(waitBaseBackup, { target }, "deadline-passed", /no complete base/);
    seedArchive(scene.store, { at: NEW });
    const name = "base_000000020000000000000008_00000040";
    const stop = sentinelText(segment(8, 2));
    scene.store.seed(BUCKET, `${NEW.prefix}/basebackups_005/${name}_backup_stop_sentinel.json`, stop);
    expect(await scene.perform(waitBaseBackup, { target })).toEqual({ base_backup: name });
  });

  it("is none that the source has, nor one on a timeline of its newest: a source can be a recovered one itself", async () => {
    const scene = new Scene().withNew().withOldArchive();
    const put = (at: typeof NEW, number: number, timeline: number): string => {
      const name = `base_${segment(number, timeline)}_00000040`;
      const stop = sentinelText(segment(number, timeline));
      scene.store.seed(BUCKET, `${at.prefix}/basebackups_005/${name}_backup_stop_sentinel.json`, stop);
      return name;
    };
    for (const at of [OLD, NEW]) put(at, 8, 2);
    const objects = await scene.store.reader().list(BUCKET, `${OLD.prefix}/`);
    const { name, sha256, bytes } = await keepListing(scene.context, { name: "source", location: OLD, objects });
    const input = { target: formatLocation(NEW), baseline: { name, sha256, bytes } };
    const late = failure("deadline-passed", /no complete base/);
    await expect(scene.perform(waitBaseBackup, input)).rejects.toEqual(late);
    // A backup that the deleted instance's own container made after the listing.
    put(NEW, 9, 2);
    await expect(scene.perform(waitBaseBackup, input)).rejects.toEqual(late);
    const own = put(NEW, 10, 3);
    expect(await scene.perform(waitBaseBackup, input)).toEqual({ base_backup: own });
  });
});

const ROLES = {
  admin_credentials: { username: "pgadmin", password: "admin-of-new" },
  superuser_credentials: { username: "postgres", password: "super-of-new" },
  app_credentials: { username: "appuser", password: "app-of-new" },
};

/** The restored database with the old world's passwords, and the broker's state with the new ones. */
function withRoles(...names: readonly string[]): Scene {
  const scene = new Scene().withNew();
  for (const name of names) scene.cell.database.passwords.set(name, `${name}-of-old`);
  scene.etcd.keys.set(`/service/${NEW_GUID}/state`, JSON.stringify(ROLES));
  return scene;
}

describe("the passwords of a restored database", () => {
  it("become those that bindings hand out, for all three roles, and none is logged by PostgreSQL", async () => {
    const scene = withRoles("pgadmin", "postgres", "appuser");
    expect(await scene.probe(setRolePasswords, WITH_ETCD)).toBe("not-done");
    await scene.perform(setRolePasswords, WITH_ETCD);
    expect([...scene.cell.database.passwords]).toEqual([
      ["pgadmin", "admin-of-new"],
      ["postgres", "super-of-new"],
      ["appuser", "app-of-new"],
    ]);
    expect(scene.cell.database.statements.find((sql) => sql.includes("ALTER ROLE"))).toMatch(
      /^SET log_statement = 'none'/,
    );
    expect(await scene.probe(setRolePasswords, WITH_ETCD)).toBe("done");
  });

  it("come with the role itself if the archive is of a broker that named it otherwise", async () => {
    const scene = withRoles("postgres", "replicator");
    const done = await scene.perform(setRolePasswords, WITH_ETCD);
    expect(done).toMatchObject({ created: ["pgadmin", "appuser"] });
    expect(scene.cell.database.statements.at(-1)).toMatch(/CREATE ROLE "appuser" WITH REPLICATION LOGIN/);
    expect(scene.cell.database.statements.at(-1)).toMatch(/GRANT %I TO %I/);
  });

  it("are fixed if the broker keeps none: nothing is changed", async () => {
    const scene = withRoles("postgres");
    scene.etcd.keys.delete(`/service/${NEW_GUID}/state`);
    expect(await scene.perform(setRolePasswords, WITH_ETCD)).toEqual({ roles: [], created: [] });
    expect(scene.cell.changes).toEqual([]);
  });

  it("never stand in what is journaled", async () => {
    const scene = withRoles("pgadmin", "postgres", "appuser");
    const done = await scene.perform(setRolePasswords, WITH_ETCD);
    expect(JSON.stringify([done, scene.context.notes])).not.toMatch(/of-new|of-old/);
  });
});

/** A service key of NEW, as the broker answers it. */
async function withKey(scene: Scene): Promise<{ key_guid: string }> {
  await scene.perform(createServiceKey, { guid: NEW_GUID, org: "shop", space: "prod", name: "important-db", run: RUN });
  const key_guid = `key-dingo-recover-${RUN}`;
  const to = { host: "10.58.111.20", port: 33004, database: "postgres", username: "appuser", password: "app-of-new" };
  scene.cf.credentials.set(key_guid, to);
  return { key_guid };
}

describe("the application's log-in", () => {
  it("fails the proof if the database has the old world's password", async () => {
    const scene = withRoles("appuser");
    const input = { ...TARGET, ...(await withKey(scene)), sanity_query: "" };
    await scene.refuses(proveLogin, input, "proof-failed", /password authentication failed/);
  });

  it("is through the router with a fresh key, and reads the tables", async () => {
    const scene = withRoles("appuser");
    await scene.perform(setRolePasswords, WITH_ETCD);
    scene.cell.database.tables.set("orders", 65);
    scene.cell.database.hiccups.push({ ok: false, why: "other", message: "connection refused" });
    const input = { ...TARGET, ...(await withKey(scene)), sanity_query: "SELECT 1" };
    expect(await scene.perform(proveLogin, input)).toMatchObject({
      router: "10.58.111.20:33004",
      tables: [{ table: "public.orders", rows: 65 }],
    });
    expect(scene.cell.database.statements.at(-1)).toBe("SET default_transaction_read_only = on;\nSELECT 1;");
  });

  it("is not enough while PostgreSQL is still in recovery", async () => {
    const scene = withRoles("appuser");
    await scene.perform(setRolePasswords, WITH_ETCD);
    scene.cell.database.inRecovery = true;
    const input = { ...TARGET, ...(await withKey(scene)), sanity_query: "" };
    await scene.refuses(proveLogin, input, "proof-failed", /still in recovery/);
  });
});

describe("an operator's query", () => {
  it("that psql could obey is refused in the first step, before anything is created", async () => {
    await new Scene().refuses(check, { sanity_query: "SELECT 1 \\! touch /tmp/x" }, "input-invalid", /backslash/);
  });

  it("is refused at the database as well, if a runbook did not check it before", async () => {
    const scene = withRoles("appuser");
    const input = { ...TARGET, ...(await withKey(scene)), sanity_query: "SELECT 1; DROP TABLE orders" };
    await scene.refuses(proveLogin, input, "input-invalid", /more than one statement/);
    expect(scene.cell.database.statements).toEqual([]);
  });
});
