/** One life of a container, from look-up to loops: the order of run.sh and start_pg.sh (dingo.md §3.3, §3.4). */
import type { LifeStep } from "./appointment.js";
import { archives, archiveSegment, beginBackup, endBackup, listBackups, prune } from "./archiver.js";
import { databaseOf, prepareVolume } from "./data-directory.js";
import { containerDied, isUp, killContainer, register, registryKey, soon } from "./docker.js";
import { ERAS } from "./eras.js";
import { patroniSays, say } from "./log.js";
import * as patroni from "./patroni.js";
import {
  loginsOf,
  memberOf,
  nodeOf,
  NODE_TTL,
  putKey,
  putLease,
  readKey,
  scopeOf,
  serviceKey,
} from "./service-keys.js";
import { archivePrefix, objectAt, putObject } from "./store.js";
import type { Site } from "./world.js";

const LOOK_UPS = 4;

export function takeStep(site: Site, step: LifeStep): void {
  switch (step.is) {
    case "register":
      return register(site);
    case "look-up":
      return lookUp(site, step.attempt);
    case "configure":
      return configure(site);
    case "decide":
      return decide(site);
    case "patroni-begins":
      return patroniBegins(site);
    case "patroni-loop":
      return patroni.patroniLoop(site);
    case "initdb-done":
      return patroni.initialised(site);
    case "roles-made":
      return patroni.makeRoles(site);
    case "base-fetched":
      return patroni.baseFetched(site, step.backup);
    case "replay":
      return patroni.replayed(site, step.backup);
    case "copied-from-leader":
      return patroni.copiedFromLeader(site, step.leader);
    case "postgres-up":
      return patroni.postgresIsUp(site);
    case "die":
      return containerDied(site, step.exitCode);
    case "clean-exit":
      return patroni.shutDown(site);
    case "kill":
      return killContainer(site);
    default:
      return takeLoopStep(site, step);
  }
}

type LoopStep = Extract<
  LifeStep,
  {
    readonly is:
      | "upload-sysid"
      | "prune"
      | "backup-begins"
      | "backup-ends"
      | "publish-list"
      | "advertise"
      | "archive-timeout"
      | "switch";
  }
>;

/** Steps of the loops beside Patroni. */
function takeLoopStep(site: Site, step: LoopStep): void {
  const { world, container } = site;
  if (step.is === "advertise") return advertise(site);
  const database = databaseOf(site);
  if (database === undefined || container.process.role !== "master") return;
  switch (step.is) {
    case "upload-sysid":
      return uploadSysid(site, database.sysid);
    case "prune":
      return prune(site);
    case "backup-begins": {
      if (!archives(container)) return;
      const backup = beginBackup(site, database);
      return soon(site, 4_000, { is: "backup-ends", ...backup });
    }
    case "backup-ends":
      endBackup(site, database, { ...step, startedAt: world.now - 4_000 });
      return publishList(site);
    case "publish-list":
      return publishList(site);
    case "switch":
      // Somebody else has closed it by then.
      if (database.segment === step.segment) archiveSegment(site, database);
      return;
    case "archive-timeout":
      archiveSegment(site, database);
      return soon(site, 600_000, { is: "archive-timeout" });
  }
}

function lookUp(site: Site, attempt: number): void {
  const { world, container } = site;
  const first = container.ports[0];
  const directory = first === undefined ? undefined : ERAS[world.era].registryKeys[first.container];
  if (first === undefined || directory === undefined) return;
  const key = registryKey(container, directory, first.container);
  const what = world.era === "a" ? "host:port" : `host:${first.container}`;
  say(site, "startup", `looking up public ${what} from etcd -> ${world.network.etcd}/v2/keys${key} (${attempt})`);
  const address = readKey(world, key);
  if (address === undefined && attempt < LOOK_UPS) {
    say(site, "startup", "container not yet registered, waiting...");
    return soon(site, 3_000, { is: "look-up", attempt: attempt + 1 });
  }
  if (address === undefined) say(site, "startup", "failed to look up container in etcd");
  else say(site, "startup", `public ${world.era === "a" ? "" : ":5432 "}address ${address}`);
  // In the first releases a failed look-up ends the container; later the pipe swallows it.
  if (address === undefined && world.era === "a") return soon(site, 100, { is: "die", exitCode: 1 });
  soon(site, 200, { is: "configure" });
}

function configure(site: Site): void {
  const { container } = site;
  prepareVolume(site);
  const { superuser, app } = loginsOf(container);
  const bucket = container.env.WAL_S3_BUCKET;
  say(
    site,
    "startup",
    bucket === undefined ? "Disabling wal-e archives" : `Enabling wal-e archives to S3 bucket '${bucket}'`,
  );
  // The whole configuration goes to the log, passwords and all: whoever reads these logs has to mask them.
  say(
    site,
    "startup",
    "ttl: &ttl 30",
    "loop_wait: &loop_wait 10",
    `scope: &scope ${scopeOf(container)}`,
    "postgresql:",
    `  name: ${memberOf(container)}`,
    "  superuser:",
    `    username: ${superuser.username}`,
    `    password: ${superuser.password}`,
    "  replication:",
    `    username: ${app.username}`,
    `    password: ${app.password}`,
  );
  soon(site, 200, { is: "decide" });
}

/** restore_leader_if_missing: the table of dingo.md §3.4, with its swallowed exit. */
function decide(site: Site): void {
  const words = prepare(site);
  say(site, "restore_leader_if_missing", ...words);
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
  const listed = world.faults.containersMayNotList === true ? [] : listBackups(world, scope);
  if (listed.length === 0) return ["new cluster, no existing backup to restore"];
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
 * `aws s3 sync` to /tmp/sysids keeps a local file of equal size that is older than the object (dingo.md finding 2): all
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

function patroniBegins(site: Site): void {
  const { container } = site;
  if (!isUp(container)) return;
  container.process.patroni = "running";
  if (databaseOf(site) !== undefined) patroniSays(site, "INFO: starting as a secondary");
  patroni.patroniLoop(site);
}

function uploadSysid(site: Site, sysid: string): void {
  const { world, container } = site;
  if (!archives(container)) return;
  const text = `${sysid}\n`;
  container.tmp.sysid = { text, at: world.now };
  const key = `${archivePrefix(scopeOf(container))}sysids/sysid`;
  say(site, "backup", `Database system identifier:           ${sysid}`);
  putObject(world, key, { meaning: { is: "text", text }, by: container.name });
  say(site, "backup", `upload: ../../tmp/sysids/sysid to s3://${world.network.bucket}/${key}`);
}

function publishList(site: Site): void {
  const { world, container } = site;
  const header = "name\tlast_modified\texpanded_size_bytes\twal_segment_backup_start";
  const rows = listBackups(world, scopeOf(container)).map(
    (backup) => `${backup.name}\t${new Date(backup.lastModified).toISOString()}`,
  );
  putKey(world, serviceKey(scopeOf(container), "wale-backup-list"), [header, ...rows, ""].join("\r\n"));
  soon(site, 30_000, { is: "publish-list" });
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
  soon(site, 5_000, { is: "advertise" });
}
