/**
 * Patroni's loop in a container: who leads, who follows, and how a cluster comes to be if there is none
 * (dingo.md §3.4; real-parts.md §3; Patroni 0.90's ha.py). It never waits for the end of an archive.
 */
import { copyOf } from "./copy.ts";
import { drawSysid } from "./chance.ts";
import { databaseOf, placeDatabase } from "./data-directory.ts";
import { containerDied, isUp, soon } from "./docker.ts";
import { type Database, lsnText, segmentName, verifierOf, walPosition } from "./database/database.ts";
import { ERAS } from "./eras.ts";
import { archiveHistory, archivePartial, archiveSegment, latestBackup } from "./archiver.ts";
import { initdb } from "./lines/initdb.ts";
import * as server from "./lines/server.ts";
import { fetches, startsWalE, waleSays } from "./lines/wal-e.ts";
import { patroniSays, patroniSaysAgain, say } from "./log.ts";
import { fetchBase, replayArchive } from "./restore.ts";
import {
  dropKey,
  LEADER_TTL,
  loginsOf,
  memberOf,
  nodeOf,
  putKey,
  putLease,
  readKey,
  scopeOf,
  serviceKey,
} from "./service-keys.ts";
import { archivePrefix, objectAt } from "./store.ts";
import { allContainers, type Site, type Told, type World } from "./world.ts";

export const LOOP = 10_000;
const FETCH = 2_500;
const PER_SEGMENT = 400;
/** A node that is more bytes behind /optime/leader refuses to lead. */
const MAXIMUM_LAG = 1_048_576;
const FAKE_LEADER = "fake-leader";
/** regular_backup.sh looks every five seconds. */
const IN_RECOVERY = 1_500;

/** One turn of the loop. */
export function patroniLoop(site: Site): void {
  const { world, container } = site;
  if (container.process.patroni !== "running") return;
  soon(site, LOOP, { is: "patroni-loop" });
  const database = databaseOf(site);
  if (container.process.busy) return announce(site, "not healthy enough for leader race");
  if (database === undefined) return bootstrap(site);
  connect(site);
  const initialize = readKey(world, serviceKey(scopeOf(container), "initialize"));
  if (initialize && initialize !== database.sysid) return mismatch(site, initialize);
  if (container.process.postgres !== "running") return startPostgres(site, database);
  takePart(site, database);
  touchMember(site, database);
}

const toldBy = ({ container }: Site): Told => (container.told ??= {});

/** The first question that Patroni has for the server of this life. */
function connect(site: Site): void {
  const { process } = site.container;
  const told = toldBy(site);
  if (process.postgres !== "running" || told.connected === true) return;
  told.connected = true;
  patroniSays(site, "INFO: establishing a new patroni connection to the postgres cluster");
}

function announce(site: Site, ...what: readonly string[]): void {
  const { world, container } = site;
  const owner = readKey(world, serviceKey(scopeOf(container), "leader")) ?? "None";
  const lock = `INFO: Lock owner: ${owner}; I am ${memberOf(container)}`;
  patroniSaysAgain(site, lock, ...what.map((each) => `INFO: ${each}`));
}

/** Every start is that of a standby. The pid file that a killed server left behind goes first. */
function startPostgres(site: Site, database: Database): void {
  const { world, container } = site;
  const { killed } = container.tmp;
  delete container.tmp.killed;
  const owner = readKey(world, serviceKey(scopeOf(container), "leader"));
  const mine = owner === memberOf(container);
  patroniSays(site, "WARNING: Postgresql is not running.");
  patroniSays(
    site,
    `INFO: ${mine ? "starting as readonly because i had the session lock" : "starting as a secondary"}`,
  );
  if (killed !== undefined) patroniSays(site, "INFO: Removed /data/postgres0/postmaster.pid");
  const end = killed === undefined ? "shut down" : (`killed ${killed}` as const);
  server.startsServer(site, end, container.finishedAt || world.now);
  server.entersStandby(site, database.timeline);
  server.isConsistent(site, database, end);
  toldBy(site).shutDown = killed === undefined;
  container.process.postgres = "starting";
  container.process.busy = true;
  soon(site, 1_500, { is: "postgres-up" });
}

/** The programs' pipe swallows the exit code: Patroni's 1 becomes the container's 0. */
function mismatch(site: Site, initialize: string): void {
  const { container } = site;
  const own = databaseOf(site)?.sysid ?? "";
  const text = `system ID mismatch, node ${memberOf(container)} belongs to a different cluster: ${initialize} != ${own}`;
  patroniSays(site, `CRITICAL: ${text}`);
  if (container.process.postgres === "running") server.stopsServer(site, false);
  container.process.postgres = "stopped";
  container.process.patroni = "absent";
  soon(site, 500, { is: "die", exitCode: 0 });
}

function takePart(site: Site, database: Database): void {
  const { world, container } = site;
  const leaderKey = serviceKey(scopeOf(container), "leader");
  const owner = readKey(world, leaderKey);
  const me = memberOf(container);
  if (owner !== undefined && owner !== me) {
    follow(site, database);
    return announce(site, "does not have lock", "no action.  i am a secondary and i am following a leader");
  }
  if (owner === undefined && isBehind(site, database)) {
    return announce(site, "not healthy enough for leader race");
  }
  putLease(world, leaderKey, { value: me, ttl: LEADER_TTL });
  putKey(world, serviceKey(scopeOf(container), "optime/leader"), String(walPosition(database)));
  const how = owner === me ? "because i had the session lock" : "by acquiring session lock";
  if (database.inRecovery) {
    if (owner === me) announce(site);
    promote(site, how);
  } else if (container.process.role !== "master") becomeMaster(site);
  else announce(site, "no action.  i am the leader with the lock");
}

/** A standby streams from the leader that it finds. */
function follow(site: Site, database: Database): void {
  const { process } = site.container;
  const told = toldBy(site);
  if (told.streams !== true) server.streams(site, database);
  told.streams = true;
  process.role = "replica";
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
  const { timeline: from, segment } = database;
  const told = toldBy(site);
  const restored = container.process.prepared;
  if (told.streams === true) server.losesLeader(site, database);
  if (told.asked === true) patroniSays(site, "INFO: Cleaning up failover key after acquiring leader lock...");
  database.history += `${from}\t${lsnText(segment, 0)}\tno recovery target specified\n`;
  database.timeline = freeTimeline(world, scopeOf(container), from);
  database.inRecovery = false;
  server.promotes(site, database, { how, from, restored, nothingToRedo: told.shutDown === true });
  archiveHistory(site, database);
  if (!restored) archivePartial(site, database, from);
  becomeMaster(site);
}

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
  const backup = latestBackup(world, scopeOf(container));
  if (backup !== undefined) fetchesBase(site, backup.name);
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
  container.process.busy = true;
  soon(site, FETCH, { is: "base-fetched", backup: backup.name });
  fetchesBase(site, backup.name);
}

function fetchesBase(site: Site, backup: string): void {
  startsWalE(site, "patroni", "backup-list");
  startsWalE(site, "patroni", "backup-fetch");
  const prefix = `${archivePrefix(scopeOf(site.container))}basebackups_005/${backup}/tar_partitions`;
  waleSays(site, "patroni", {
    logger: "wal_e.worker.s3.s3_worker",
    msg: "beginning partition download",
    detail: "The partition being downloaded is part_00000000.tar.lzo.",
    hint: `The absolute S3 key is ${prefix}/part_00000000.tar.lzo.`,
  });
}

/** The base backup lies in the volume: PostgreSQL starts and asks for segment after segment. */
export function baseFetched(site: Site, backup: string): void {
  const { world, container } = site;
  const base = fetchBase({ world, scope: scopeOf(container) }, backup);
  if (base === undefined) {
    // backup-fetch ends with 0 although the parts are missing; the rest is no cluster.
    patroniSays(site, "INFO: replica has been created using wal_e", "ERROR: failed to start postgres");
    container.process.busy = false;
    return;
  }
  patroniSays(site, "INFO: replica has been created using wal_e");
  server.startsServer(site, "in a base backup", world.now);
  server.entersStandby(site, base.timeline);
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
  server.replays(site, outcome.restored);
  fetches(site, segmentName(outcome.database.timeline, outcome.database.segment), false);
  postgresIsUp(site, ERAS[world.era].bootstrapped);
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
  server.serverStarted(site);
  if (words !== undefined) patroniSays(site, `INFO: ${words}`);
  soon(site, IN_RECOVERY, { is: "in-recovery" });
}

export function copiedFromLeader(site: Site, leader: string): void {
  const { world, container } = site;
  const source = allContainers(world).find((each) => memberOf(each.container) === leader);
  const data = databaseOf(source);
  container.process.busy = false;
  if (data === undefined) return;
  placeDatabase(site, copyOf(data));
  const from = latestBackup(world, scopeOf(container))?.name.slice(5, 29) ?? segmentName(data.timeline, data.segment);
  patroniSays(site, "INFO: replica has been created using wal_e");
  server.startsServer(site, "in a base backup", world.now);
  server.entersStandby(site, data.timeline);
  server.replays(site, [from]);
  fetches(site, segmentName(data.timeline, data.segment), false);
  follow(site, data);
  postgresIsUp(site, `bootstrapped from leader '${leader}'`);
}

/** A new, empty cluster; its roles get their passwords a moment after it leads (real-parts.md §1.3). */
export function initialised(site: Site): void {
  const { world, container } = site;
  const sysid = drawSysid(world);
  placeDatabase(site, emptyCluster(sysid, world.postgresVersion ?? ERAS[world.era].postgresVersion));
  container.process.busy = false;
  container.process.postgres = "running";
  say(site, "patroni", ...initdb(container));
  server.startsNew(site);
  connect(site);
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

/** A clean end: who can take over is asked for, the open segment is archived, the leader key given back. */
export function shutDown(site: Site): void {
  const { world, container } = site;
  const database = databaseOf(site);
  const me = memberOf(container);
  const leads = container.process.role === "master";
  const heir = leads ? heirOf(site) : undefined;
  say(site, "shutdown", "SIGTERM received", `Attempting to failover from ${nodeOf(container)}`);
  patroniSays(
    site,
    `INFO: received failover request with leader=${nodeOf(container)} candidate=None scheduled_at=None`,
  );
  if (heir !== undefined) handsOver(site, heir);
  say(site, "shutdown", answerOf(leads, heir), "Shutting down patroni");
  if (database !== undefined && container.process.postgres === "running") {
    server.stopsServer(site, leads, () => {
      if (leads) archiveSegment(site, database);
    });
  }
  container.process.postgres = "stopped";
  if (heir !== undefined && database !== undefined) startsAgain(site, database);
  const leaderKey = serviceKey(scopeOf(container), "leader");
  if (readKey(world, leaderKey) === me) dropKey(world, leaderKey);
  dropKey(world, serviceKey(scopeOf(container), `members/${me}`));
  containerDied(site, 143);
}

/** Patroni's answer to the request. */
function answerOf(leads: boolean, heir: Site | undefined): string {
  if (!leads) return "leader name does not match";
  return heir === undefined
    ? "failover is not possible: cluster does not have members except leader"
    : `Successfully failed over to "${memberOf(heir.container)}"`;
}

/** Another member that is up. */
function heirOf({ world, container }: Site): Site | undefined {
  return allContainers(world).find(
    ({ container: other }) =>
      other !== container && scopeOf(other) === scopeOf(container) && other.process.role === "replica",
  );
}

function handsOver(site: Site, heir: Site): void {
  const { container } = heir;
  const [, api] = container.ports;
  const url = `http://${api?.hostIp ?? ""}:${api?.host ?? ""}/patroni`;
  patroniSays(
    site,
    `INFO: Got response from ${memberOf(container)} ${url}: b'{"state": "running", "role": "replica"}'`,
  );
  announce(site, "manual failover: demoting myself");
  toldBy(heir).asked = true;
}

/** A leader that has handed over begins to follow; the ten seconds end before it does. */
function startsAgain(site: Site, database: Database): void {
  server.startsServer(site, "shut down", site.world.now);
  server.entersStandby(site, database.timeline);
  server.isConsistent(site, database, "shut down");
  site.container.tmp.killed = "following";
}
