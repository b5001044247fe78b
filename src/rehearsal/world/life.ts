/** One life of a container, from look-up to loops: the order of run.sh and start_pg.sh (dingo.md §3.3, §3.4). */
import type { LifeStep } from "./agenda.js";
import { archiveSegment, beginBackup, endBackup, listBackups, prune } from "./archiver.js";
import { databaseOf, prepareVolume } from "./data-directory.js";
import { containerDied, isUp, killContainer, register, registryKey, soon } from "./docker.js";
import { ERAS } from "./eras.js";
import { patroniSays, say } from "./log.js";
import * as patroni from "./patroni.js";
import { loginsOf, memberOf, nodeOf, NODE_TTL, putKey, readKey, scopeOf, serviceKey } from "./service-keys.js";
import { archivePrefix, objectAt, putObject } from "./store.js";
import type { Cell, Container, World } from "./world.js";

const LOOK_UPS = 4;

export function takeStep(world: World, cell: Cell, container: Container, step: LifeStep): void {
  switch (step.is) {
    case "register":
      return register(world, container);
    case "look-up":
      return lookUp(world, cell, container, step.attempt);
    case "configure":
      return configure(world, cell, container);
    case "decide":
      return decide(world, cell, container);
    case "patroni-begins":
      return patroniBegins(world, cell, container);
    case "patroni-loop":
      return patroni.patroniLoop(world, cell, container);
    case "initdb-done":
      return patroni.initialised(world, cell, container);
    case "roles-made":
      return patroni.makeRoles(world, cell, container);
    case "base-fetched":
      return patroni.baseFetched(world, cell, container, step.backup);
    case "replay":
      return patroni.replayed(world, cell, container, step.backup);
    case "copied-from-leader":
      return patroni.copiedFromLeader(world, cell, container, step.leader);
    case "postgres-up":
      return patroni.postgresIsUp(world, cell, container);
    case "die":
      return containerDied(world, cell, container, step.exitCode);
    case "clean-exit":
      return patroni.shutDown(world, cell, container);
    case "kill":
      return killContainer(world, cell, container);
    default:
      return takeLoopStep(world, cell, container, step);
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
      | "archive-timeout";
  }
>;

/** Steps of the loops beside Patroni. */
function takeLoopStep(world: World, cell: Cell, container: Container, step: LoopStep): void {
  if (step.is === "advertise") return advertise(world, cell, container);
  const database = databaseOf(cell, container);
  if (database === undefined || container.process.role !== "master") return;
  switch (step.is) {
    case "upload-sysid":
      return uploadSysid(world, container, database.sysid);
    case "prune":
      return prune(world, container);
    case "backup-begins": {
      const backup = beginBackup(world, container, database);
      return soon(world, cell, container, 4_000, { is: "backup-ends", ...backup });
    }
    case "backup-ends":
      endBackup(world, container, database, { ...step, startedAt: world.now - 4_000 });
      return publishList(world, cell, container);
    case "publish-list":
      return publishList(world, cell, container);
    case "archive-timeout":
      archiveSegment(world, container, database);
      return soon(world, cell, container, 600_000, { is: "archive-timeout" });
  }
}

function lookUp(world: World, cell: Cell, container: Container, attempt: number): void {
  const first = container.ports[0];
  const directory = first === undefined ? undefined : ERAS[world.era].registryKeys[first.container];
  if (first === undefined || directory === undefined) return;
  const key = registryKey(container, directory, first.container);
  const what = world.era === "a" ? "host:port" : `host:${first.container}`;
  say(
    world,
    container,
    "startup",
    `looking up public ${what} from etcd -> ${world.network.etcd}/v2/keys${key} (${attempt})`,
  );
  const address = readKey(world, key);
  if (address === undefined && attempt < LOOK_UPS) {
    say(world, container, "startup", "container not yet registered, waiting...");
    return soon(world, cell, container, 3_000, { is: "look-up", attempt: attempt + 1 });
  }
  if (address === undefined) say(world, container, "startup", "failed to look up container in etcd");
  else say(world, container, "startup", `public ${world.era === "a" ? "" : ":5432 "}address ${address}`);
  // In the first releases a failed look-up ends the container; later the pipe swallows it.
  if (address === undefined && world.era === "a") return soon(world, cell, container, 100, { is: "die", exitCode: 1 });
  soon(world, cell, container, 200, { is: "configure" });
}

function configure(world: World, cell: Cell, container: Container): void {
  prepareVolume(world, cell, container);
  const { superuser, app } = loginsOf(container);
  say(world, container, "startup", `Enabling wal-e archives to S3 bucket '${world.network.bucket}'`);
  // The whole configuration goes to the log, passwords and all: whoever reads these logs has to mask them.
  say(
    world,
    container,
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
  soon(world, cell, container, 200, { is: "decide" });
}

/** restore_leader_if_missing: the table of dingo.md §3.4, with its swallowed exit. */
function decide(world: World, cell: Cell, container: Container): void {
  const words = prepare(world, cell, container);
  say(world, container, "restore_leader_if_missing", ...words);
  soon(world, cell, container, 300, { is: "patroni-begins" });
}

function prepare(world: World, cell: Cell, container: Container): string[] {
  const scope = scopeOf(container);
  if (readKey(world, serviceKey(scope, "leader")) !== undefined) {
    return ["leader exists, no additional preparation required for container to join cluster"];
  }
  if (databaseOf(cell, container) !== undefined) {
    return ["local database exists; no additional preparation required to restart container"];
  }
  if (listBackups(world, scope).length === 0) return ["new cluster, no existing backup to restore"];
  const words = readKey(world, serviceKey(scope, "initialize")) === undefined ? putSysid(world, container) : [];
  // "exit 1" ends only the script in its pipe: start-up goes on, unprepared.
  if (words === undefined) return missingSysid(world, container);
  container.process.prepared = true;
  if (world.era === "a") putKey(world, serviceKey(scope, "leader"), "fake-leader", 10);
  return [...words, "preparing patroni to restore this container from wal-e backups"];
}

const sysidsUrl = (world: World, container: Container): string =>
  `s3://${world.network.bucket}/${archivePrefix(scopeOf(container))}sysids`;

/**
 * `aws s3 sync` to /tmp/sysids keeps a local file of equal size that is older than the object (dingo.md finding 2): all
 * sysids have 20 bytes, so a container that lived before believes its own first one.
 */
function putSysid(world: World, container: Container): string[] | undefined {
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
    `etcd missing /initialize system ID, fetching from ${sysidsUrl(world, container)}`,
    `Re-initializing /${scope}/initialize with original 'Database system identifier'`,
    JSON.stringify({ action: "set", node: { key: serviceKey(scope, "initialize"), value: sysid } }),
  ];
}

function missingSysid(world: World, container: Container): string[] {
  const url = sysidsUrl(world, container);
  const target = url.replace(/\/sysids$/, "");
  return [
    `etcd missing /initialize system ID, fetching from ${url}`,
    `Target ${target} missing /sysids/sysid for original 'Database system identifier'`,
  ];
}

function patroniBegins(world: World, cell: Cell, container: Container): void {
  if (!isUp(container)) return;
  container.process.patroni = "running";
  if (databaseOf(cell, container) !== undefined) patroniSays(world, container, "INFO: starting as a secondary");
  patroni.patroniLoop(world, cell, container);
}

function uploadSysid(world: World, container: Container, sysid: string): void {
  const text = `${sysid}\n`;
  container.tmp.sysid = { text, at: world.now };
  const key = `${archivePrefix(scopeOf(container))}sysids/sysid`;
  say(world, container, "backup", `Database system identifier:           ${sysid}`);
  putObject(world, key, { is: "text", text }, container.name);
  say(world, container, "backup", `upload: ../../tmp/sysids/sysid to s3://${world.network.bucket}/${key}`);
}

function publishList(world: World, cell: Cell, container: Container): void {
  const header = "name\tlast_modified\texpanded_size_bytes\twal_segment_backup_start";
  const rows = listBackups(world, scopeOf(container)).map(
    (backup) => `${backup.name}\t${new Date(backup.lastModified).toISOString()}`,
  );
  putKey(world, serviceKey(scopeOf(container), "wale-backup-list"), [header, ...rows, ""].join("\r\n"));
  soon(world, cell, container, 30_000, { is: "publish-list" });
}

/** The broker counts nodes by these keys; they vanish 20 s after the last word. */
function advertise(world: World, cell: Cell, container: Container): void {
  const { postgres, role } = container.process;
  const node = {
    cell_guid: cell.ip,
    node_id: nodeOf(container),
    state: postgres === "running" ? "running" : "",
    role: role === "none" ? "" : role,
  };
  putKey(world, serviceKey(scopeOf(container), `nodes/${nodeOf(container)}`), JSON.stringify(node), NODE_TTL);
  soon(world, cell, container, 5_000, { is: "advertise" });
}
