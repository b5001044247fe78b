/** Events change a world; the value given in stays as it is. */
import { isDue, moveOn } from "./advance.ts";
import { after } from "./agenda.ts";
import { archiveSegment } from "./archiver.ts";
import * as broker from "./broker.ts";
import { databaseOf, removeTree } from "./data-directory.ts";
import { draftOf, draftOfStore } from "./copy.ts";
import { type Change, commit, type Database, segmentName } from "./database/database.ts";
import {
  daemonRestart,
  EXIT_KILLED,
  containerDied,
  isUp,
  setRestartPolicy,
  soon,
  startContainer,
  stopContainer,
} from "./docker.ts";
import { type EtcdRequest, etcdRequest } from "./etcd.ts";
import * as files from "./host-files.ts";
import { type Meaning, stored } from "./objects.ts";
import { scopeOf } from "./service-keys.ts";
import { runScript, type SqlOutcome } from "./database/sql.ts";
import type { ExpiryRule, StoreRequest } from "./store-state.ts";
import { allContainers, type Cell, cellAt, type Faults, note, type Site, type World } from "./world.ts";

/** The milliseconds that an archiver needs for a segment: the start of wal-e takes most of them (real-parts.md §3.4). */
const ARCHIVED_AFTER = 1_500;

/** Events that can come to a world from outside, as data. */
export type WorldEvent = { [K in EventKind]: { readonly is: K } & Parameters<Handlers[K]>[1] }[EventKind];
export type AnswerTo<K extends EventKind> = ReturnType<Handlers[K]>;
type Handlers = typeof HANDLERS;
type EventKind = keyof Handlers;

/** Lets time pass up to `now`, then applies one event. */
export function apply<E extends WorldEvent>(
  world: World,
  event: E,
  now: number,
): { readonly world: World; readonly answer: AnswerTo<E["is"]> } {
  const draft =
    isDue(world, now) || !STORE_ONLY.has(event.is) ? draftOf(world) : { ...world, store: draftOfStore(world.store) };
  moveOn(draft, now);
  // The table pairs kinds and events; the compiler cannot follow that through the union.
  const handler = HANDLERS[event.is] as unknown as (draft: World, event: E) => AnswerTo<E["is"]>;
  return { answer: handler(draft, event), world: draft };
}

/** Events that touch nothing but the object store: most of a recovery's requests. */
const STORE_ONLY: ReadonlySet<EventKind> = new Set(["put-object", "copy-object", "delete-object", "store-request"]);

function onContainer(draft: World, at: OfContainer, act: (site: Site) => void): boolean {
  const cell = cellAt(draft, at.cell);
  const container = cell?.containers[at.name];
  if (cell === undefined || container === undefined) return false;
  act({ world: draft, cell, container });
  return true;
}

function onCell(draft: World, ip: string): Cell {
  const cell = cellAt(draft, ip);
  if (cell === undefined) throw new Error(`there is no cell ${ip}`);
  return cell;
}

type In<T> = Readonly<T>;
type OfContainer = In<{ cell: string; name: string }>;
type OfUser = In<{ cell: string; user: string }>;
type OfInstance = In<{ guid: string }>;
type OfBinding = In<{ guid: string; binding: string }>;
/** The last parameter of a function on files of a cell, which an event names. */
type OnCell<F extends (draft: World, cell: Cell, event: never) => unknown> = Parameters<F>[2] & In<{ cell: string }>;
type OfObject = In<{ bucket: string; key: string; by: string }>;

/** By the kinds of events. Those of Docker answer whether there is such a container. */
const HANDLERS = {
  etcd: (draft: World, { request }: In<{ request: EtcdRequest }>) => {
    const answer = etcdRequest(draft.etcd, request, draft.now);
    if (request.method !== "GET")
      note(draft, { system: "etcd", what: `${request.method} ${answer.status}`, subject: request.key });
    return answer;
  },
  "docker-stop": (draft: World, event: OfContainer & In<{ graceSeconds: number }>) =>
    onContainer(draft, event, (site) => stopContainer(site, event.graceSeconds)),
  "docker-start": (draft: World, event: OfContainer) =>
    onContainer(draft, event, (site) => {
      if (site.container.status !== "restarting") site.container.restartCount = 0;
      startContainer(site);
    }),
  "docker-policy": (draft: World, event: OfContainer & In<{ policy: "no" | "always" }>) =>
    onContainer(draft, event, (site) => setRestartPolicy(site, event.policy)),
  "docker-kill": (draft: World, event: OfContainer) =>
    onContainer(draft, event, (site) => {
      site.container.stoppedByHand = true;
      if (isUp(site.container)) containerDied(site, EXIT_KILLED);
    }),
  "daemon-restart": (draft: World, { cell }: In<{ cell: string }>) => daemonRestart(draft, onCell(draft, cell)),
  rename: (draft: World, event: OnCell<typeof files.rename>) => files.rename(draft, onCell(draft, event.cell), event),
  "copy-tree": (draft: World, event: OnCell<typeof files.copyTree>) =>
    files.copyTree(draft, onCell(draft, event.cell), event),
  "make-directory": (draft: World, event: OnCell<typeof files.makeDirectory>) =>
    files.makeDirectory(draft, onCell(draft, event.cell), event),
  "change-like": (draft: World, event: OnCell<typeof files.changeLike>) => {
    const cell = onCell(draft, event.cell);
    const ended = files.changeLike(draft, cell, event);
    if (event.what === "mode") meddleWithEmptied(draft, cell, event.path);
    return ended;
  },
  "remove-tree": (draft: World, { cell, path }: In<{ cell: string; path: string }>) => {
    removeTree(onCell(draft, cell), path);
    note(draft, { system: "host", what: "rm", subject: path });
  },
  sql: (draft: World, event: OfContainer & In<{ user: string; script: string }>): SqlOutcome => {
    const cell = onCell(draft, event.cell);
    const container = cell.containers[event.name];
    const database = container === undefined ? undefined : databaseOf({ cell, container });
    if (container === undefined || database === undefined) return { ok: false, message: "there is no database" };
    const before = database.open.length;
    const closeSegment = (): string => closeSoon({ world: draft, cell, container }, database);
    const session = { database, user: event.user, now: draft.now, temporary: new Set<string>(), closeSegment };
    const outcome = runScript(session, event.script);
    if (database.open.length > before) note(draft, { system: "sql", what: "commit", subject: event.name });
    return outcome;
  },
  /** An application of the foundation commits a transaction on the leader of an instance. */
  write: (draft: World, event: In<{ scope: string; change: Change; thenSwitch: boolean }>) => {
    const leader = allContainers(draft).find(
      ({ container }) => scopeOf(container) === event.scope && container.process.role === "master",
    );
    const database = databaseOf(leader);
    if (leader === undefined || database === undefined) throw new Error(`instance ${event.scope} has no leader`);
    commit(database, event.change);
    if (event.thenSwitch) archiveSegment(leader, database);
  },
  "put-object": (draft: World, event: OfObject & In<{ meaning: Meaning }>) => {
    const object = stored(event.meaning, draft.now);
    (draft.store.buckets[event.bucket] ??= {})[event.key] = object;
    record(draft, event, { operation: "put", status: 200 });
    return { etag: object.etag };
  },
  "copy-object": (draft: World, event: OfObject & In<{ from: Omit<OfObject, "by"> }>) => {
    const source = draft.store.buckets[event.from.bucket]?.[event.from.key];
    if (source === undefined) return undefined;
    // A server-side copy keeps the bytes and takes a new date.
    (draft.store.buckets[event.bucket] ??= {})[event.key] = { ...source, lastModified: draft.now };
    record(draft, event, { operation: "copy", status: 200, from: `${event.from.bucket}/${event.from.key}` });
    meddleWithCopy(draft, event.key);
    return { etag: source.etag, lastModified: draft.now };
  },
  "delete-object": (draft: World, event: OfObject) => {
    delete draft.store.buckets[event.bucket]?.[event.key];
    record(draft, event, { operation: "delete", status: 204 });
  },
  /** Replaces the bucket's lifecycle rules. */
  "expire-objects": (draft: World, { bucket, rules }: In<{ bucket: string; rules: readonly ExpiryRule[] }>) => {
    draft.store.expiry = { ...draft.store.expiry, [bucket]: rules };
  },
  /** A request to the store that changed nothing, refused ones included. */
  "store-request": (draft: World, { request }: In<{ request: Omit<StoreRequest, "at"> }>) => {
    draft.store.requests.push({ at: draft.now, ...request });
  },
  provision: (draft: World, { request }: In<{ request: broker.ProvisionRequest }>) => broker.provision(draft, request),
  deprovision: (draft: World, { guid }: OfInstance) => broker.deprovision(draft, guid),
  "scale-in": (draft: World, { guid }: OfInstance) => broker.scaleIn(draft, guid),
  bind: (draft: World, { guid, binding }: OfBinding) => broker.bind(draft, guid, binding),
  unbind: (draft: World, { guid, binding }: OfBinding) => broker.unbind(draft, guid, binding),
  "ssh-user": (draft: World, { cell, user, publicKey }: OfUser & In<{ publicKey: string }>) => {
    onCell(draft, cell).users[user] = publicKey;
    note(draft, { system: "agent", what: "setup", subject: user });
  },
  "no-ssh-user": (draft: World, { cell, user }: OfUser) => {
    delete onCell(draft, cell).users[user];
    note(draft, { system: "agent", what: "cleanup", subject: user });
  },
  faults: (draft: World, { faults }: In<{ faults: Partial<Faults> }>) => {
    draft.faults = { ...draft.faults, ...faults };
  },
  stray: (draft: World, { where, what }: In<{ where: string; what: string }>) => {
    draft.strays.push({ at: draft.now, where, what });
  },
};

/** The last of the commands that make the empty directory has come to its end. */
function meddleWithEmptied(draft: World, cell: Cell, path: string): void {
  const deed = draft.faults.onceEmptied;
  const container = Object.values(cell.containers).find((each) => each.dataDirectory === path);
  if (deed === undefined || container === undefined) return;
  const { onceEmptied: _done, ...faults } = draft.faults;
  draft.faults = faults;
  after(draft, 0, { kind: "deed", cell: cell.ip, name: container.name, deed });
}

/** PostgreSQL answers at once; its archiver takes the segment a moment later. One without a change is not closed. */
function closeSoon(site: Site, database: Database): string {
  const { timeline, segment, open } = database;
  if (open.length === 0) return segmentName(timeline, segment - 1);
  soon(site, ARCHIVED_AFTER, { is: "switch", segment });
  return segmentName(timeline, segment);
}

function meddleWithCopy(draft: World, key: string): void {
  const deed = draft.faults.onFirstCopy;
  const scope = /^backups\/([0-9a-f-]{36})\/wal\//.exec(key)?.[1];
  const site = allContainers(draft).find(({ container }) => scopeOf(container) === scope);
  if (deed === undefined || site === undefined) return;
  const { onFirstCopy: _done, ...faults } = draft.faults;
  draft.faults = faults;
  after(draft, 0, { kind: "deed", cell: site.cell.ip, name: site.container.name, deed });
}

function record(
  draft: World,
  { by, bucket, key }: OfObject,
  what: Pick<StoreRequest, "operation" | "status" | "from">,
): void {
  draft.store.requests.push({ at: draft.now, by, bucket, key, ...what });
}
