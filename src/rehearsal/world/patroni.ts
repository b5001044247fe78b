/**
 * Patroni's loop in a container: who leads, who follows, and how a cluster comes to be where there is none
 * (dingo.md §3.4; real-parts.md §3; Patroni 0.90's ha.py). It never waits for the end of an archive.
 */
import { copyOf } from "./copy.js";
import { drawSysid } from "./chance.js";
import { databaseOf, placeDatabase } from "./data-directory.js";
import { containerDied, isUp, soon } from "./docker.js";
import { type Database, lsnText, postgresTime, segmentName, verifierOf, walPosition } from "./database.js";
import { ERAS } from "./eras.js";
import { archiveHistory, archiveSegment, latestBackup } from "./archiver.js";
import { patroniSays, say, waleSays } from "./log.js";
import { fetchBase, replayArchive } from "./restore.js";
import {
  dropKey,
  LEADER_TTL,
  loginsOf,
  memberOf,
  putKey,
  putLease,
  readKey,
  scopeOf,
  serviceKey,
} from "./service-keys.js";
import { archivePrefix, objectAt } from "./store.js";
import { allContainers, type Site, type World } from "./world.js";

export const LOOP = 10_000;
const FETCH = 2_500;
const PER_SEGMENT = 400;
/** A node that is more bytes behind /optime/leader refuses to lead. */
const MAXIMUM_LAG = 1_048_576;
const FAKE_LEADER = "fake-leader";

/** One turn of the loop. */
export function patroniLoop(site: Site): void {
  const { world, container } = site;
  if (container.process.patroni !== "running") return;
  soon(site, LOOP, { is: "patroni-loop" });
  const database = databaseOf(site);
  if (container.process.busy) return announce(site, "not healthy enough for leader race");
  if (database === undefined) return bootstrap(site);
  if (container.process.postgres !== "running") return startPostgres(site, 1_500);
  const initialize = readKey(world, serviceKey(scopeOf(container), "initialize"));
  if (initialize && initialize !== database.sysid) return mismatch(site, initialize);
  takePart(site, database);
  touchMember(site, database);
}

function announce(site: Site, what: string): void {
  const { world, container } = site;
  const owner = readKey(world, serviceKey(scopeOf(container), "leader")) ?? "None";
  patroniSays(site, `INFO: Lock owner: ${owner}; I am ${memberOf(container)}`, `INFO: ${what}`);
}

function startPostgres(site: Site, ms: number): void {
  const { container } = site;
  container.process.postgres = "starting";
  container.process.busy = true;
  soon(site, ms, { is: "postgres-up" });
}

/** The programs' pipe swallows the exit code: Patroni's 1 becomes the container's 0. */
function mismatch(site: Site, initialize: string): void {
  const { container } = site;
  const own = databaseOf(site)?.sysid ?? "";
  const text = `system ID mismatch, node ${memberOf(container)} belongs to a different cluster: ${initialize} != ${own}`;
  patroniSays(site, `CRITICAL: ${text}`);
  container.process.patroni = "absent";
  soon(site, 500, { is: "die", exitCode: 0 });
}

function takePart(site: Site, database: Database): void {
  const { world, container } = site;
  const leaderKey = serviceKey(scopeOf(container), "leader");
  const owner = readKey(world, leaderKey);
  const me = memberOf(container);
  if (owner !== undefined && owner !== me) {
    container.process.role = "replica";
    return announce(site, `no action.  i am a secondary and i am following a leader`);
  }
  if (owner === undefined && isBehind(site, database)) {
    return announce(site, "not healthy enough for leader race");
  }
  putLease(world, leaderKey, { value: me, ttl: LEADER_TTL });
  putKey(world, serviceKey(scopeOf(container), "optime/leader"), String(walPosition(database)));
  const how = owner === me ? "because i had the session lock" : "by acquiring session lock";
  if (database.inRecovery) promote(site, how);
  else if (container.process.role !== "master") becomeMaster(site);
  else patroniSays(site, "INFO: no action.  i am the leader with the lock");
}

function isBehind(site: Site, database: Database): boolean {
  const { world, container } = site;
  const optime = readKey(world, serviceKey(scopeOf(container), "optime/leader"));
  return optime !== undefined && Number(optime) - walPosition(database) > MAXIMUM_LAG;
}

/** Role master, and all that follows from it: system id and first base backup to the archive. */
function becomeMaster(site: Site): void {
  const { world, container } = site;
  container.process.role = "master";
  const key = serviceKey(scopeOf(container), "initialize");
  const database = databaseOf(site);
  if (!readKey(world, key) && database !== undefined) putKey(world, key, database.sysid);
  if (container.process.backedUp) return;
  container.process.backedUp = true;
  soon(site, 1_000, { is: "upload-sysid" });
  soon(site, 1_500, { is: "prune" });
  soon(site, 2_000, { is: "backup-begins" });
  soon(site, 600_000, { is: "archive-timeout" });
}

function promote(site: Site, how: string): void {
  const { world, container } = site;
  const database = databaseOf(site);
  if (database === undefined) return;
  const { timeline, segment } = database;
  const lines = ["LOG:  received promote request"];
  lines.push(`LOG:  redo done at ${lsnText(Math.max(segment - 1, 1), 0x358)}`);
  if (database.lastTransactionAt !== undefined) {
    lines.push(`LOG:  last completed transaction was at log time ${postgresTime(database.lastTransactionAt)}`);
  }
  if (container.process.prepared) lines.push(restoredLine(timeline, segment - 1));
  database.history += `${timeline}\t${lsnText(segment, 0)}\tno recovery target specified\n`;
  database.timeline = freeTimeline(world, scopeOf(container), timeline);
  database.inRecovery = false;
  lines.push(`LOG:  selected new timeline ID: ${database.timeline}`, "LOG:  archive recovery complete");
  patroniSays(site, `INFO: promoted self to leader ${how}`);
  say(site, "patroni", ...lines, "LOG:  database system is ready to accept connections");
  archiveHistory(site, database);
  becomeMaster(site);
}

const restoredLine = (timeline: number, segment: number): string =>
  `LOG:  restored log file "${segmentName(timeline, segment)}" from archive`;

/** The next number whose history file does not exist yet. */
function freeTimeline(world: World, scope: string, timeline: number): number {
  let free = timeline + 1;
  const taken = () => `${archivePrefix(scope)}wal_005/${segmentName(free, 0).slice(0, 8)}.history.lzo`;
  while (objectAt(world, taken()) !== undefined) free += 1;
  return free;
}

function touchMember(site: Site, database: Database): void {
  const { world, container } = site;
  const { postgres, role } = container.process;
  const [host, api] = container.ports;
  if (host === undefined) return;
  const { app } = loginsOf(container);
  const url = `postgres://${app.username}:${app.password}@${host.hostIp}:${host.host}/postgres`;
  const member = {
    conn_url: url,
    ...(world.era === "a" ? { conn_address: `${host.hostIp}:${host.host}`, tags: {} } : {}),
    api_url: `http://${api?.hostIp ?? host.hostIp}:8008/patroni`,
    state: postgres,
    role: role === "master" ? "master" : "replica",
    xlog_location: walPosition(database),
  };
  const key = serviceKey(scopeOf(container), `members/${memberOf(container)}`);
  putLease(world, key, { value: JSON.stringify(member), ttl: LEADER_TTL });
}

/** No data in the volume: from the leader, from the archive, by initdb, or not at all. */
function bootstrap(site: Site): void {
  const { world, container } = site;
  const scope = scopeOf(container);
  const leader = readKey(world, serviceKey(scope, "leader"));
  const initialize = readKey(world, serviceKey(scope, "initialize"));
  const own = leader === memberOf(container) || leader === FAKE_LEADER;
  if (leader !== undefined && !own) return copyFromLeader(site, leader);
  if (own || container.process.prepared) return fetchFromArchive(site, leader);
  if (initialize !== undefined) return patroniSays(site, "INFO: waiting for leader to bootstrap");
  patroniSays(site, "INFO: trying to bootstrap a new cluster");
  // The empty value wins the race between the nodes of a new cluster.
  putKey(world, serviceKey(scope, "initialize"), "");
  container.process.busy = true;
  soon(site, 2_000, { is: "initdb-done" });
}

function copyFromLeader(site: Site, leader: string): void {
  const { world, container } = site;
  const source = allContainers(world).find(
    (each) => memberOf(each.container) === leader && scopeOf(each.container) === scopeOf(container),
  );
  patroniSays(site, `INFO: trying to bootstrap from leader '${leader}'`);
  if (source === undefined || !isUp(source.container)) return;
  container.process.busy = true;
  soon(site, 4_000, { is: "copied-from-leader", leader });
}

function fetchFromArchive(site: Site, leader: string | undefined): void {
  const { world, container } = site;
  const from = leader === undefined ? "(without leader)" : `from leader '${leader}'`;
  patroniSays(site, `INFO: trying to bootstrap ${from}`);
  const backup = latestBackup(world, scopeOf(container));
  if (backup === undefined) {
    const nothing = { logger: "wal_e.main", msg: "no backups found for fetching" };
    return waleSays(site, "patroni", nothing);
  }
  const prefix = `${archivePrefix(scopeOf(container))}basebackups_005/${backup.name}/tar_partitions`;
  waleSays(site, "patroni", {
    logger: "wal_e.worker.s3.s3_worker",
    msg: "beginning partition download",
    detail: "The partition being downloaded is part_00000000.tar.lzo.",
    hint: `The absolute S3 key is ${prefix}/part_00000000.tar.lzo.`,
  });
  container.process.busy = true;
  soon(site, FETCH, { is: "base-fetched", backup: backup.name });
}

/** The base backup lies in the volume: PostgreSQL starts and asks for segment after segment. */
export function baseFetched(site: Site, backup: string): void {
  const { world, container } = site;
  const base = fetchBase({ world, scope: scopeOf(container) }, backup);
  if (base === undefined) {
    // backup-fetch ends with 0 although the parts are missing; what is left is no cluster.
    patroniSays(site, "INFO: replica has been created using wal_e", "ERROR: failed to start postgres");
    container.process.busy = false;
    return;
  }
  patroniSays(site, "INFO: replica has been created using wal_e");
  say(site, "patroni", 'LOG:  could not open usermap file "/data/postgres0/pg_ident.conf"');
  say(site, "patroni", "FATAL:  the database system is starting up", "LOG:  entering standby mode");
  container.process.postgres = "starting";
  const outcome = replayArchive({ world, scope: scopeOf(container) }, base, stopSegment(site, backup));
  const segments = outcome.ok ? outcome.restored.length : 0;
  placeDatabase(site, outcome.ok ? { ...base } : base);
  soon(site, 500 + segments * PER_SEGMENT, { is: "replay", backup });
}

function stopSegment({ world, container }: Site, backup: string): string | undefined {
  const scope = scopeOf(container);
  const key = `${archivePrefix(scope)}basebackups_005/${backup}_backup_stop_sentinel.json`;
  const meaning = objectAt(world, key)?.meaning;
  if (meaning?.is !== "text") return undefined;
  return /"wal_segment_backup_stop":\s*"([0-9A-F]{24})"/.exec(meaning.text)?.[1];
}

export function replayed(site: Site, backup: string): void {
  const { world, container } = site;
  const archive = { world, scope: scopeOf(container) };
  const base = fetchBase(archive, backup) ?? databaseOf(site);
  if (base === undefined) return;
  const outcome = replayArchive(archive, base, stopSegment(site, backup));
  container.process.busy = false;
  if (!outcome.ok) {
    say(site, "patroni", `FATAL:  ${outcome.message}`);
    container.process.postgres = "stopped";
    return;
  }
  placeDatabase(site, outcome.database);
  const [first, ...rest] = outcome.restored.map((name) => `LOG:  restored log file "${name}" from archive`);
  const segment = Number.parseInt(outcome.restored[0]?.slice(8) ?? "0", 16);
  say(site, "patroni", first ?? "", `LOG:  redo starts at ${lsnText(segment, 0x28)}`);
  say(site, "patroni", `LOG:  consistent recovery state reached at ${lsnText(segment, 0xf8)}`, ...rest);
  missingSegment(site, outcome.database);
  say(site, "patroni", "LOG:  database system is ready to accept read only connections");
  postgresIsUp(site, ERAS[world.era].bootstrapped);
  say(site, "backup", "Not uploading backup because I am currently in recovery");
}

/** wal-e's words are the same for the end of the archive and for a gap, and it calls both complete (dingo.md §2.6). */
function missingSegment(site: Site, database: Database): void {
  const { world, container } = site;
  const name = segmentName(database.timeline, database.segment);
  const uri = `s3://${world.network.bucket}/${archivePrefix(scopeOf(container))}wal_005/${name}.lzo`;
  waleSays(site, "patroni", {
    logger: "wal_e.blobstore.s3.s3_util",
    msg: "could no longer locate object while performing wal restore",
    detail: `The absolute URI that could not be located is ${uri}.`,
    hint: "This can be normal when Postgres is trying to detect what timelines are available during restoration.",
  });
  waleSays(site, "patroni", {
    logger: "wal_e.operator.backup",
    msg: "complete wal restore",
    keys: `action=wal-fetch key=${uri} prefix=${archivePrefix(scopeOf(container))} seg=${name} state=complete`,
  });
}

export function postgresIsUp(site: Site, words?: string): void {
  const { container } = site;
  const database = databaseOf(site);
  container.process.busy = false;
  if (database === undefined) return;
  container.process.postgres = "running";
  container.process.role = "replica";
  // Patroni starts every node as a standby; only a promotion ends that.
  database.inRecovery = true;
  patroniSays(site, `INFO: ${words ?? "started as a secondary"}`);
}

export function copiedFromLeader(site: Site, leader: string): void {
  const { world, container } = site;
  const source = allContainers(world).find((each) => memberOf(each.container) === leader);
  const data = source === undefined ? undefined : databaseOf(source);
  container.process.busy = false;
  if (data === undefined) return;
  placeDatabase(site, copyOf(data));
  patroniSays(site, "INFO: replica has been created using wal_e");
  postgresIsUp(site, `bootstrapped from leader '${leader}'`);
}

/** A new, empty cluster; its roles get their passwords a moment after it leads (real-parts.md §1.3). */
export function initialised(site: Site): void {
  const { world, container } = site;
  const sysid = drawSysid(world);
  placeDatabase(site, emptyCluster(sysid, world.postgresVersion ?? ERAS[world.era].postgresVersion));
  container.process.busy = false;
  container.process.postgres = "running";
  putKey(world, serviceKey(scopeOf(container), "initialize"), sysid);
  putLease(world, serviceKey(scopeOf(container), "leader"), { value: memberOf(container), ttl: LEADER_TTL });
  patroniSays(site, "INFO: initialized a new cluster");
  becomeMaster(site);
  const database = databaseOf(site);
  if (database !== undefined) touchMember(site, database);
  soon(site, 800, { is: "roles-made" });
}

const emptyCluster = (sysid: string, version: string): Database => ({
  sysid,
  version,
  timeline: 1,
  segment: 1,
  history: "",
  open: [],
  roles: {},
  tables: {},
  inRecovery: false,
  lastTransactionAt: undefined,
});

export function makeRoles(site: Site): void {
  const { world, container } = site;
  const database = databaseOf(site);
  if (database === undefined) return;
  const { superuser, app, admin } = loginsOf(container);
  const made = [
    [superuser, ["superuser"]],
    [app, ["replication"]],
    [admin, ["createdb", "createrole"]],
  ] as const;
  for (const [login, flags] of made) {
    const role = { verifier: verifierOf(login.username, login.password), flags };
    database.roles[login.username] = role;
    database.open.push({ is: "role", at: world.now, name: login.username, role });
  }
}

/** A clean end: the open segment is switched and archived, the leader key given back. */
export function shutDown(site: Site): void {
  const { world, container } = site;
  const database = databaseOf(site);
  const { postgres, role } = container.process;
  say(site, "shutdown", "SIGTERM received");
  if (database !== undefined && postgres === "running" && role === "master") {
    say(site, "patroni", "LOG:  received fast shutdown request", "LOG:  database system is shut down");
    archiveSegment(site, database);
  }
  const leaderKey = serviceKey(scopeOf(container), "leader");
  if (readKey(world, leaderKey) === memberOf(container)) dropKey(world, leaderKey);
  dropKey(world, serviceKey(scopeOf(container), `members/${memberOf(container)}`));
  containerDied(site, 143);
}
