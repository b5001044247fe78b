/** Events change a world; the value given in stays as it is. */
import { isDue, moveOn } from "./advance.ts";
import { after } from "./agenda.ts";
import { archiveSegment } from "./archiver.ts";
import * as broker from "./broker.ts";
import { databaseOf, removeTree } from "./data-directory.ts";
import { draftOf, draftOfStore } from "./copy.ts";
import { commit, type Database, segmentName } from "./database/database.ts";
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
import { etcdRequest } from "./etcd.ts";
import type { AnswerTo, EventKind, EventOf, WorldEvent } from "./events.ts";
import * as files from "./host-files.ts";
import { stored } from "./objects.ts";
import { scopeOf } from "./service-keys.ts";
import { runScript } from "./database/sql.ts";
import type { StoreRequest } from "./store-state.ts";
import { allContainers, type Cell, cellAt, note, type Site, type World } from "./world.ts";

/** The milliseconds that an archiver needs for a segment: the start of wal-e takes most of them (real-parts.md §3.4). */
const ARCHIVED_AFTER = 1_500;

type Handlers = { readonly [K in EventKind]: (draft: World, event: EventOf<K>) => AnswerTo<K> };

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

function onContainer(
  draft: World,
  at: { readonly cell: string; readonly name: string },
  act: (site: Site) => void,
): boolean {
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

const HANDLERS: Handlers = {
  etcd: (draft, { request }) => {
    const answer = etcdRequest(draft.etcd, request, draft.now);
    if (request.method !== "GET")
      note(draft, { system: "etcd", what: `${request.method} ${answer.status}`, subject: request.key });
    return answer;
  },
  "docker-stop": (draft, event) => onContainer(draft, event, (site) => stopContainer(site, event.graceSeconds)),
  "docker-start": (draft, event) =>
    onContainer(draft, event, (site) => {
      if (site.container.status !== "restarting") site.container.restartCount = 0;
      startContainer(site);
    }),
  "docker-policy": (draft, event) => onContainer(draft, event, (site) => setRestartPolicy(site, event.policy)),
  "docker-kill": (draft, event) =>
    onContainer(draft, event, (site) => {
      site.container.stoppedByHand = true;
      if (isUp(site.container)) containerDied(site, EXIT_KILLED);
    }),
  "daemon-restart": (draft, event) => {
    daemonRestart(draft, onCell(draft, event.cell));
  },
  rename: (draft, event) => files.rename(draft, onCell(draft, event.cell), event),
  "copy-tree": (draft, event) => files.copyTree(draft, onCell(draft, event.cell), event),
  "make-directory": (draft, event) => files.makeDirectory(draft, onCell(draft, event.cell), event),
  "change-like": (draft, event) => {
    const cell = onCell(draft, event.cell);
    const ended = files.changeLike(draft, cell, event);
    if (event.what === "mode") meddleWithEmptied(draft, cell, event.path);
    return ended;
  },
  "remove-tree": (draft, event) => {
    removeTree(onCell(draft, event.cell), event.path);
    note(draft, { system: "host", what: "rm", subject: event.path });
  },
  sql: (draft, event) => {
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
  write: (draft, event) => {
    const leader = allContainers(draft).find(
      ({ container }) => scopeOf(container) === event.scope && container.process.role === "master",
    );
    const database = leader === undefined ? undefined : databaseOf(leader);
    if (leader === undefined || database === undefined) throw new Error(`instance ${event.scope} has no leader`);
    commit(database, event.change);
    if (event.thenSwitch) archiveSegment(leader, database);
  },
  "put-object": (draft, event) => {
    const object = stored(event.meaning, draft.now);
    (draft.store.buckets[event.bucket] ??= {})[event.key] = object;
    record(draft, event, { operation: "put", status: 200 });
    return { etag: object.etag };
  },
  "copy-object": (draft, event) => {
    const source = draft.store.buckets[event.from.bucket]?.[event.from.key];
    if (source === undefined) return undefined;
    // A server-side copy keeps the bytes and takes a new date.
    (draft.store.buckets[event.bucket] ??= {})[event.key] = { ...source, lastModified: draft.now };
    record(draft, event, { operation: "copy", status: 200, from: `${event.from.bucket}/${event.from.key}` });
    meddleWithCopy(draft, event.key);
    return { etag: source.etag, lastModified: draft.now };
  },
  "delete-object": (draft, event) => {
    delete draft.store.buckets[event.bucket]?.[event.key];
    record(draft, event, { operation: "delete", status: 204 });
  },
  "expire-objects": (draft, event) => {
    draft.store.expiry = { ...draft.store.expiry, [event.bucket]: event.rules };
  },
  "store-request": (draft, event) => {
    draft.store.requests.push({ at: draft.now, ...event.request });
  },
  provision: (draft, event) => broker.provision(draft, event.request),
  deprovision: (draft, event) => broker.deprovision(draft, event.guid),
  "scale-in": (draft, event) => broker.scaleIn(draft, event.guid),
  bind: (draft, event) => broker.bind(draft, event.guid, event.binding),
  unbind: (draft, event) => broker.unbind(draft, event.guid, event.binding),
  "ssh-user": (draft, event) => {
    onCell(draft, event.cell).users[event.user] = event.publicKey;
    note(draft, { system: "agent", what: "setup", subject: event.user });
  },
  "no-ssh-user": (draft, event) => {
    delete onCell(draft, event.cell).users[event.user];
    note(draft, { system: "agent", what: "cleanup", subject: event.user });
  },
  faults: (draft, event) => {
    draft.faults = { ...draft.faults, ...event.faults };
  },
  stray: (draft, event) => {
    draft.strays.push({ at: draft.now, where: event.where, what: event.what });
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
  { by, bucket, key }: { readonly bucket: string; readonly key: string; readonly by: string },
  what: Pick<StoreRequest, "operation" | "status" | "from">,
): void {
  draft.store.requests.push({ at: draft.now, by, bucket, key, ...what });
}
