/**
 * The part of a world that must be the same, however often the tool was killed on the way: everything but ids, times
 * and mere records of calls. Names that were drawn are told by whose they are, so that two runs can be laid side by
 * side.
 */
import type { BoxState } from "../../src/rehearsal/box/box-state.ts";
import type { CloudControllerState } from "../../src/rehearsal/cloud-controller/state.ts";
import type { Watched } from "../../src/rehearsal/supervisor/checks.ts";
import { advance } from "../../src/rehearsal/world/advance.ts";
import { lasting } from "./docker-aftermath.ts";
import type { World } from "../../src/rehearsal/world/world.ts";
import { isOfLease } from "./lease.ts";

/** Sorted lines: `path = value`. */
export type Essence = readonly string[];

/** Work that was begun comes to its end before anything is compared. Milliseconds of the box. */
const SETTLE_MS = 5 * 60_000;

/** `kept`: ETags of the source archive, whose objects must be the very same wherever they are. */
export function essenceOf({ world, cloudController, docker }: BoxState, kept: ReadonlySet<string>): Essence {
  const settled = advance(world, world.now + SETTLE_MS);
  const known = knownNames(settled, cloudController);
  const told = (text: string): string => anonymous(known.reduce((so, [id, name]) => so.replaceAll(id, name), text));
  return lines(
    { ...ofWorld(settled, kept), ...ofCloudController(cloudController), docker: docker && lasting(docker) },
    told,
  ).sort();
}

export const etagsOf = ({ before }: Watched): ReadonlySet<string> => new Set(Object.values(before));

/** Lines that only one of two worlds has; empty if they are the same. */
export function differences(one: Essence, other: Essence): readonly string[] {
  return [
    ...minus(other, one).map((line) => `now, and not otherwise: ${line}`),
    ...minus(one, other).map((line) => `lacking: ${line}`),
  ];
}

function minus(from: Essence, what: Essence): string[] {
  const left = new Map<string, number>();
  for (const line of what) left.set(line, (left.get(line) ?? 0) + 1);
  return from.filter((line) => {
    const count = left.get(line) ?? 0;
    if (count > 0) left.set(line, count - 1);
    return count === 0;
  });
}

/** Of a container only the lasting parts: its logs, times and lives tell how often it was looked at. */
function ofWorld(world: World, kept: ReadonlySet<string>): Record<string, unknown> {
  const cells = world.cells.map(({ ip, containers, users, files }) => ({
    ip,
    users: Object.keys(users).length,
    containers: Object.values(containers).map(
      ({
        name,
        image,
        env,
        labels,
        dataDirectory,
        ports,
        status,
        exitCode,
        restartCount,
        restartPolicy,
        tmp,
        process,
      }) => ({
        ...{ name, image, env, labels, dataDirectory, ports, status, exitCode, restartCount, restartPolicy },
        ...{ sysid: tmp.sysid?.text, process },
      }),
    ),
    files: Object.fromEntries(
      Object.entries(files).map(([path, { database, ...file }]) => [
        path,
        database === undefined
          ? file
          : { ...file, database: { ...database, segment: "", open: "", lastTransactionAt: "" } },
      ]),
    ),
  }));
  const bases = basesOf(world, kept);
  const etcd = Object.fromEntries(
    Object.entries(world.etcd.entries)
      .filter(([key]) => !OF_LOOPS.test(key))
      .map(([key, { value }]) => [key, withoutPositions(value, bases)]),
  );
  const { instances, deleted } = world.broker;
  return { cells, objects: objectsOf(world, kept), etcd, instances, deleted, faults: world.faults };
}

/** Keys that a leader writes again and again: their values are the times of the last write. */
const OF_LOOPS = /\/(?:optime\/leader|wale-backup-list)$/;

/** A leader archives a segment every minute: only those that the lost instance wrote say anything. */
function objectsOf(world: World, kept: ReadonlySet<string>): readonly string[] {
  const bases = basesOf(world, kept);
  return Object.entries(world.store.buckets).flatMap(([bucket, content]) =>
    Object.entries(content)
      .filter(([key, { meaning, etag }]) => !isOfLease(key) && (meaning.is !== "wal" || kept.has(etag)))
      .map(([key, { meaning, etag }]) => {
        // The same short text lies in more than one archive.
        const name = kept.has(etag) && meaning.is !== "text" ? key : withoutPositions(key, bases);
        return `${bucket}/${name} ${kept.has(etag) ? etag : meaning.is}`;
      }),
  );
}

/** Of a base backup, or of an object below `wal_005/`: timeline, then the segment that was open. */
const POSITION = /\b(base_|wal_005\/)([0-9A-F]{8})[0-9A-F]{16}/g;

/**
 * A living database closes segments while nobody carries the run, and names its archived objects after the open one: of
 * such a name the timeline alone counts. `exact` keep their whole name.
 */
function withoutPositions(text: string, exact: ReadonlySet<string>): string {
  return text.replace(POSITION, (name, what: string, timeline: string) =>
    exact.has(name) ? name : `${what}${timeline}<position>`,
  );
}

/** The base backups among the objects that must be the very same. */
function basesOf(world: World, kept: ReadonlySet<string>): ReadonlySet<string> {
  const objects = Object.values(world.store.buckets).flatMap((content) => Object.entries(content));
  const names = objects.flatMap(([key, { meaning, etag }]) =>
    meaning.is === "base" && kept.has(etag) ? (key.match(POSITION) ?? []) : [],
  );
  return new Set(names);
}

function ofCloudController({ instances, bindings, apps }: CloudControllerState): Record<string, unknown> {
  return {
    services: instances.map(({ name, spaceGuid, planGuid, tags, lastOperation: { type, state } }) => ({
      ...{ name, spaceGuid, planGuid, tags, type, state },
    })),
    bindings: bindings.map(({ type, name, instanceGuid, appGuid, lastOperation: { state } }) => ({
      ...{ type, name, instanceGuid, appGuid, state },
    })),
    apps: apps.map(({ name, state, starts, crashing }) => ({ name, state, starts, crashing })),
  };
}

const ROLES = ["superuser", "app", "admin"] as const;

/** GUIDs, passwords and system identifiers of which it is known whose they are; the longest first. */
function knownNames(world: World, { instances }: CloudControllerState): (readonly [string, string])[] {
  const names: [string, string][] = instances.map(({ guid, name }) => [guid, `<${name}>`]);
  for (const { guid, logins, nodes } of Object.values(world.broker.instances)) {
    const owner = names.find(([id]) => id === guid)?.[1] ?? "<other>";
    for (const role of ROLES) names.push([logins[role].password, `<${role} of ${owner}>`]);
    for (const { nodeId } of nodes)
      names.push([nodeId, `<node of ${owner}>`], [nodeId.replaceAll(".", "_"), `<node of ${owner}>`]);
  }
  return names.sort(([a], [b]) => b.length - a.length);
}

/** Replaces drawn names and times by their kinds. */
function anonymous(text: string): string {
  return (
    text
      .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<guid>")
      .replace(/\b[0-9a-f]{64}\b|md5[0-9a-f]{32}/g, "<digest>")
      .replace(/\d{8}-\d{6}-[a-z0-9]{4}/g, "<run>")
      // Each trial has a separate directory, and dumps lie in it.
      .replace(/dingo-recover-crash-\w{6}/g, "<bench>")
      .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d(?::?\d\d)?)?/g, "<time>")
      .replace(/\b\d{19}\b/g, "<number>")
      .replace(/\b1[5-9]\d{11}\b/g, "<time>")
      .replace(/bosh_[0-9a-f]+/g, "<user>")
      .replace(/xlog_location\\":\d+/g, "xlog_location")
  );
}

function lines(value: unknown, told: (text: string) => string, path = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => lines(each, told, `${path}[]`));
  if (typeof value !== "object" || value === null)
    return [told(`${path} = ${value === undefined ? "nothing" : JSON.stringify(value)}`)];
  return Object.entries(value)
    .filter(([key]) => !TIMES.has(key))
    .flatMap(([key, each]) => lines(each, told, `${path}/${key}`));
}

const TIMES: ReadonlySet<string> = new Set(["at", "created_at", "deadline", "history"]);
