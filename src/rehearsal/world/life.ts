/** One life of a container, from look-up to loops: the order of run.sh and start_pg.sh (dingo.md §3.3, §3.4). */
import type { LifeStep } from "./appointment.ts";
import { archives, archiveSegment, beginBackup, endBackup, listBackups, prune } from "./archiver.ts";
import { databaseOf, prepareVolume } from "./data-directory.ts";
import { containerDied, isUp, killContainer, register, registryKey, soon } from "./docker.ts";
import type { Database } from "./database/database.ts";
import { ERAS } from "./eras.ts";
import { allEnvironmentFiles, configurationLines, environmentFiles } from "./lines/configuration.ts";
import { controlData } from "./lines/control-data.ts";
import { plays } from "./lines/release.ts";
import { listed, startsWalE } from "./lines/wal-e.ts";
import { say, saysAgain } from "./log.ts";
import * as patroni from "./patroni.ts";
import { nodeOf, NODE_TTL, putKey, putLease, readKey, scopeOf, serviceKey } from "./service-keys.ts";
import { archivePrefix, objectAt, putObject } from "./store.ts";
import type { Site } from "./world.ts";

const LOOK_UPS = 4;
const LIST_EVERY = 30_000;
const BACKUP_LOOP = 5_000;

type Steps = { readonly [K in LifeStep["is"]]: (site: Site, step: Extract<LifeStep, { readonly is: K }>) => void };

const STEPS: Steps = {
  register,
  "look-up": (site, { attempt }) => lookUp(site, attempt),
  configure,
  decide,
  "patroni-begins": patroniBegins,
  "patroni-loop": patroni.patroniLoop,
  "initdb-done": patroni.initialised,
  "roles-made": patroni.makeRoles,
  "base-fetched": (site, { backup }) => patroni.baseFetched(site, backup),
  replay: (site, { backup }) => patroni.replayed(site, backup),
  "copied-from-leader": (site, { leader }) => patroni.copiedFromLeader(site, leader),
  "postgres-up": (site) => patroni.postgresIsUp(site),
  die: (site, { exitCode }) => containerDied(site, exitCode),
  "clean-exit": patroni.shutDown,
  kill: killContainer,
  advertise,
  "publish-list": publishList,
  "in-recovery": inRecovery,
  "upload-sysid": ofMaster(uploadSysid),
  prune: ofMaster(prune),
  "backup-begins": ofMaster((site, database) => {
    if (archives(site.container)) soon(site, 4_000, { is: "backup-ends", ...beginBackup(site, database) });
  }),
  "backup-ends": (site, step) =>
    ofMaster((_, database) => endBackup(site, database, { ...step, startedAt: site.world.now - 4_000 }))(site),
  switch: (site, { segment }) =>
    ofMaster((_, database) => {
      // Somebody else has closed it by then.
      if (database.segment === segment) archiveSegment(site, database);
    })(site),
  "archive-timeout": ofMaster((site, database) => {
    archiveSegment(site, database);
    soon(site, 600_000, { is: "archive-timeout" });
  }),
};

export function takeStep(site: Site, step: LifeStep): void {
  // The table pairs kinds and steps; the compiler cannot follow that through the union.
  (STEPS[step.is] as (site: Site, step: LifeStep) => void)(site, step);
}

function ofMaster(work: (site: Site, database: Database) => void): (site: Site) => void {
  return (site) => {
    const database = databaseOf(site);
    if (database !== undefined && site.container.process.role === "master") work(site, database);
  };
}

function lookUp(site: Site, attempt: number): void {
  const { world, container } = site;
  const [first, second] = container.ports;
  const key = first === undefined ? undefined : addressKey(site, first.container);
  if (first === undefined || key === undefined) return;
  const what = world.era === "a" ? "host:port" : `host:${first.container}`;
  say(site, "startup", `looking up public ${what} from etcd -> ${world.network.etcd}/v2/keys${key} (${attempt})`);
  const address = readKey(world, key);
  if (address === undefined) {
    say(site, "startup", "container not yet registered, waiting...");
    if (attempt + 1 < LOOK_UPS) return soon(site, 3_000, { is: "look-up", attempt: attempt + 1 });
    say(site, "startup", "failed to look up container in etcd");
    // In the first releases a failed look-up ends the container; later the pipe swallows it.
    return world.era === "a" ? soon(site, 100, { is: "die", exitCode: 1 }) : soon(site, 200, { is: "decide" });
  }
  say(site, "startup", `public ${world.era === "a" ? "" : ":5432 "}address ${address}`);
  if (second !== undefined) {
    const api = addressKey(site, second.container) ?? "";
    say(site, "startup", `looking up public host:8008 from etcd -> ${world.network.etcd}/v2/keys${api}`);
    say(site, "startup", `public :8008 address ${readKey(world, api) ?? "null"}`);
  }
  soon(site, 200, { is: "configure" });
}

function addressKey({ world, container }: Site, port: number): string | undefined {
  const directory = ERAS[world.era].registryKeys[port];
  return directory === undefined ? undefined : registryKey(container, directory, port);
}

function configure(site: Site): void {
  const { world, container } = site;
  prepareVolume(site);
  const bucket = container.env.WAL_S3_BUCKET;
  const enabled =
    bucket === undefined ? "Disabling wal-e archives" : `Enabling wal-e archives to S3 bucket '${bucket}'`;
  const of = (port: number): string => readKey(world, addressKey(site, port) ?? "") ?? "null";
  // The whole configuration goes to the log, with its passwords: readers of these logs have to mask them.
  say(
    site,
    "startup",
    ...environmentFiles(container),
    enabled,
    ...configurationLines(container, { postgres: of(5432), api: of(8008) }),
    ...allEnvironmentFiles(container),
  );
  soon(site, 200, { is: "decide" });
}

/** restore_leader_if_missing: the table of dingo.md §3.4, with its swallowed exit. */
function decide(site: Site): void {
  if (archives(site.container)) say(site, "restore_leader_if_missing", ...prepare(site));
  soon(site, 300, { is: "patroni-begins" });
}

function prepare(site: Site): string[] {
  const { world, container } = site;
  const scope = scopeOf(container);
  if (readKey(world, serviceKey(scope, "leader")) !== undefined) {
    return ["leader exists, no additional preparation required for container to join cluster"];
  }
  if (databaseOf(site) !== undefined) {
    return ["local database exists; no additional preparation required to restart container"];
  }
  const backups = world.faults.containersMayNotList === true ? [] : listBackups(world, scope);
  if (plays(container, "0.10.2")) {
    // The 9.5 images of the last releases show the files that they find.
    say(site, "restore_leader_if_missing", "wal-e backup-list");
    startsWalE(site, "restore_leader_if_missing", "backup-list");
    if (world.faults.containersMayNotList !== true) say(site, "restore_leader_if_missing", ...listed(backups));
  }
  if (backups.length === 0) return ["new cluster, no existing backup to restore"];
  const words = readKey(world, serviceKey(scope, "initialize")) === undefined ? putSysid(site) : [];
  // "exit 1" ends only the script in its pipe: start-up goes on, unprepared.
  if (words === undefined) return missingSysid(site);
  container.process.prepared = true;
  if (world.era === "a") putLease(world, serviceKey(scope, "leader"), { value: "fake-leader", ttl: 10 });
  return [...words, "preparing patroni to restore this container from wal-e backups"];
}

const sysidsUrl = ({ world, container }: Site): string =>
  `s3://${world.network.bucket}/${archivePrefix(scopeOf(container))}sysids`;

/**
 * `aws s3 sync` to /tmp/sysids keeps a local file of equal size that is older than the object (dingo.md §0.2): all
 * sysids have 20 bytes, so a container that lived before believes its own first one.
 */
function putSysid(site: Site): string[] | undefined {
  const { world, container } = site;
  const scope = scopeOf(container);
  const object = objectAt(world, `${archivePrefix(scope)}sysids/sysid`);
  const local = container.tmp.sysid;
  const text = object?.meaning.is === "text" ? object.meaning.text : undefined;
  const keeps = local !== undefined && local.text.length === text?.length && local.at <= (object?.lastModified ?? 0);
  if (text !== undefined && !keeps) container.tmp.sysid = { text, at: world.now };
  const sysid = container.tmp.sysid?.text.trim();
  if (sysid === undefined) return undefined;
  putKey(world, serviceKey(scope, "initialize"), sysid);
  return [
    `etcd missing /initialize system ID, fetching from ${sysidsUrl(site)}`,
    `Re-initializing /${scope}/initialize with original 'Database system identifier'`,
    JSON.stringify({ action: "set", node: { key: serviceKey(scope, "initialize"), value: sysid } }),
  ];
}

function missingSysid(site: Site): string[] {
  const url = sysidsUrl(site);
  const target = url.replace(/\/sysids$/, "");
  return [
    `etcd missing /initialize system ID, fetching from ${url}`,
    `Target ${target} missing /sysids/sysid for original 'Database system identifier'`,
  ];
}

/** start_pg.sh: Patroni, and the loops beside it. The list is asked for before there is a server. */
function patroniBegins(site: Site): void {
  const { container } = site;
  if (!isUp(container)) return;
  startLoops(site);
  container.process.patroni = "running";
  patroni.patroniLoop(site);
}

function startLoops(site: Site): void {
  const { world, container } = site;
  soon(site, LIST_EVERY, { is: "publish-list" });
  if (world.era === "a") return;
  say(site, "start_pg", "Starting Patroni...");
  if (archives(container)) {
    const why = container.tmp.killed === undefined ? "No such file or directory" : "Connection refused";
    say(site, "start_pg", "Starting base backups...");
    say(
      site,
      "backup",
      `psql: error: connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: ${why}`,
      "\tIs the server running locally and accepting connections on that socket?",
    );
  } else say(site, "start_pg", "WARNING: wal-e not configured, cannot start uploading base backups");
  if (plays(container, "0.9.2")) say(site, "reinitialize", "Beginning restart-loop detection");
}

function inRecovery(site: Site): void {
  const { container } = site;
  if (databaseOf(site)?.inRecovery !== true || container.process.postgres !== "running") return;
  if (archives(container)) saysAgain(site, "backup", "Not uploading backup because I am currently in recovery");
  soon(site, BACKUP_LOOP, { is: "in-recovery" });
}

function uploadSysid(site: Site, database: Database): void {
  const { world, container } = site;
  if (!archives(container)) return;
  const text = `${database.sysid}\n`;
  container.tmp.sysid = { text, at: world.now };
  const key = `${archivePrefix(scopeOf(container))}sysids/sysid`;
  say(site, "backup", ...controlData(database, world.now));
  putObject(world, key, { meaning: { is: "text", text }, by: container.name });
  say(site, "backup", `upload: tmp/sysids/sysid to s3://${world.network.bucket}/${key}`);
}

/** Every half minute, on a leader: the list of base backups to the log and to etcd. */
function publishList(site: Site): void {
  const { world, container } = site;
  soon(site, LIST_EVERY, { is: "publish-list" });
  if (!archives(container) || container.process.role !== "master") return;
  const lines = listed(listBackups(world, scopeOf(container)));
  saysAgain(site, "backup", ...lines);
  putKey(world, serviceKey(scopeOf(container), "wale-backup-list"), [...lines, ""].join("\n"));
}

/** The broker counts nodes by these keys; they vanish 20 s after the last word. */
function advertise(site: Site): void {
  const { world, cell, container } = site;
  const { postgres, role } = container.process;
  const node = {
    cell_guid: cell.ip,
    node_id: nodeOf(container),
    state: postgres === "running" ? "running" : "",
    role: role === "none" ? "" : role,
  };
  putLease(world, serviceKey(scopeOf(container), `nodes/${nodeOf(container)}`), {
    value: JSON.stringify(node),
    ttl: NODE_TTL,
  });
  soon(site, 6_000, { is: "advertise" });
}
