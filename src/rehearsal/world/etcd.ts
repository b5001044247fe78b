/**
 * etcd's v2 API as a pure reducer: get, list, put, compare-and-swap, compare-and-delete, TTL, with the error codes and
 * messages of the real server (held to it by test/contract/etcd.ts).
 */
export interface EtcdEntry {
  readonly value: string;
  readonly createdIndex: number;
  readonly modifiedIndex: number;
  /** World time at which the key vanishes. */
  readonly expiresAt?: number;
}

export interface EtcdState {
  index: number;
  /** Keys begin with "/". */
  entries: Record<string, EtcdEntry>;
  /** Directory → index of its making. A directory stays when its last key has gone. */
  directories: Record<string, number>;
}

export interface EtcdNode {
  readonly key: string;
  readonly dir?: true;
  readonly value?: string;
  readonly nodes?: readonly EtcdNode[];
  readonly modifiedIndex?: number;
  readonly createdIndex?: number;
  readonly expiration?: string;
  readonly ttl?: number;
}

export interface EtcdAnswer {
  readonly status: number;
  readonly body: {
    readonly action?: string;
    readonly node?: EtcdNode;
    readonly prevNode?: EtcdNode;
    readonly errorCode?: number;
    readonly message?: string;
    readonly cause?: string;
    readonly index?: number;
  };
}

export interface EtcdRequest {
  readonly method: "GET" | "PUT" | "DELETE";
  readonly key: string;
  readonly value?: string;
  /** Seconds. */
  readonly ttl?: number;
  readonly prevValue?: string;
  /** Of a delete: with everything below. */
  readonly recursive?: boolean;
}

export const emptyEtcd = (): EtcdState => ({ index: 3, entries: {}, directories: {} });

const NORMAL = /^(?:\/[^/]+)+$/;

/** Keys of a path, without doubled or trailing slashes. */
function normal(key: string): string {
  if (NORMAL.test(key)) return key;
  return `/${key.split("/").filter(Boolean).join("/")}`;
}

/** Drops keys that have outlived their TTL. */
export function expire(state: EtcdState, now: number): void {
  // Asked at every step of every world: no list of pairs is made for it.
  for (const key in state.entries) {
    const { expiresAt = Infinity } = state.entries[key] ?? {};
    if (expiresAt > now) continue;
    delete state.entries[key];
    state.index += 1;
  }
}

/** Value of a key, undefined if it is absent. */
export function etcdValue(state: EtcdState, key: string, now: number): string | undefined {
  const entry = state.entries[key];
  return entry === undefined || (entry.expiresAt ?? Infinity) <= now ? undefined : entry.value;
}

/** Answers a read without changing anything. */
export function etcdRead(state: EtcdState, request: EtcdRequest, now: number): EtcdAnswer {
  const view = { ...state, entries: { ...state.entries } };
  return etcdRequest(view, request, now);
}

/** One request at one moment. */
interface Turn {
  readonly state: EtcdState;
  readonly key: string;
  readonly request: EtcdRequest;
  readonly now: number;
}

/** Answers one request and changes the state in place. */
export function etcdRequest(state: EtcdState, request: EtcdRequest, now: number): EtcdAnswer {
  expire(state, now);
  const turn = { state, key: normal(request.key), request, now };
  switch (request.method) {
    case "GET":
      return get(turn);
    case "PUT":
      return put(turn);
    case "DELETE":
      return remove(turn);
  }
}

function get(turn: Turn): EtcdAnswer {
  const node = nodeAt(turn, turn.key, 1);
  return node === undefined ? notFound(turn) : { status: 200, body: { action: "get", node } };
}

/** Puts a key whose answer nobody reads: containers do so at every turn of their loops. */
export function etcdPut(
  state: EtcdState,
  request: { readonly key: string; readonly value: string; readonly ttl?: number },
  now: number,
): void {
  expire(state, now);
  write({ state, key: normal(request.key), request: { method: "PUT", ...request }, now });
}

function put(turn: Turn): EtcdAnswer {
  const { state, key, request, now } = turn;
  const before = state.entries[key];
  const written = write(turn);
  if ("status" in written) return written;
  return {
    status: before === undefined ? 201 : 200,
    body: {
      action: request.prevValue === undefined ? "set" : "compareAndSwap",
      node: leaf(key, written, now),
      ...(before === undefined ? {} : { prevNode: leaf(key, before, now) }),
    },
  };
}

/** The new entry, or why there is none. */
function write(turn: Turn): EtcdEntry | EtcdAnswer {
  const { state, key, request, now } = turn;
  if (isDirectory(state, key)) return failure(turn, NOT_A_FILE, key);
  const directories = ancestors(key);
  const above = directories.find((path) => path in state.entries);
  if (above !== undefined) return failure(turn, NOT_A_DIRECTORY, above);
  const before = state.entries[key];
  const refused = compare(turn, before);
  if (refused !== undefined) return refused;
  state.index += 1;
  for (const directory of directories) state.directories[directory] ??= state.index;
  const entry: EtcdEntry = {
    value: request.value ?? "",
    modifiedIndex: state.index,
    createdIndex: request.prevValue !== undefined && before !== undefined ? before.createdIndex : state.index,
    ...(request.ttl === undefined ? {} : { expiresAt: now + request.ttl * 1000 }),
  };
  state.entries[key] = entry;
  return entry;
}

function remove(turn: Turn): EtcdAnswer {
  const { state, key, request, now } = turn;
  const entry = state.entries[key];
  if (entry === undefined) return removeDirectory(turn);
  const refused = compare(turn, entry);
  if (refused !== undefined) return refused;
  state.index += 1;
  delete state.entries[key];
  const node = { key, modifiedIndex: state.index, createdIndex: entry.createdIndex };
  const action = request.prevValue === undefined ? "delete" : "compareAndDelete";
  return { status: 200, body: { action, node, prevNode: leaf(key, entry, now) } };
}

function removeDirectory(turn: Turn): EtcdAnswer {
  const { state, key, request } = turn;
  const createdIndex = state.directories[key];
  if (createdIndex === undefined) return notFound(turn);
  const below = [...Object.keys(state.entries), ...Object.keys(state.directories)].filter((other) =>
    other.startsWith(`${key}/`),
  );
  if (request.recursive !== true) return failure(turn, NOT_A_FILE, key);
  state.index += 1;
  for (const other of [key, ...below]) {
    delete state.entries[other];
    delete state.directories[other];
  }
  const node = { key, dir: true as const, modifiedIndex: state.index, createdIndex };
  const prevNode = { key, dir: true as const, modifiedIndex: createdIndex, createdIndex };
  return { status: 200, body: { action: "delete", node, prevNode } };
}

function compare(turn: Turn, before: EtcdEntry | undefined): EtcdAnswer | undefined {
  const { prevValue } = turn.request;
  if (prevValue === undefined || prevValue === before?.value) return undefined;
  if (before === undefined) return notFound(turn);
  return failure(turn, COMPARE_FAILED, `[${prevValue} != ${before.value}]`);
}

interface Kind {
  readonly status: number;
  readonly errorCode: number;
  readonly message: string;
}

const NOT_FOUND: Kind = { status: 404, errorCode: 100, message: "Key not found" };
const COMPARE_FAILED: Kind = { status: 412, errorCode: 101, message: "Compare failed" };
const NOT_A_FILE: Kind = { status: 403, errorCode: 102, message: "Not a file" };
const NOT_A_DIRECTORY: Kind = { status: 400, errorCode: 104, message: "Not a directory" };

const notFound = (turn: Turn): EtcdAnswer => failure(turn, NOT_FOUND, turn.key);

function failure({ state }: Turn, { status, errorCode, message }: Kind, cause: string): EtcdAnswer {
  return { status, body: { errorCode, message, cause, index: state.index } };
}

const isDirectory = (state: EtcdState, key: string): boolean => key === "/" || key in state.directories;

/** Directories above a key, outermost first. */
function ancestors(key: string): string[] {
  const above: string[] = [];
  for (let end = key.indexOf("/", 1); end > 0; end = key.indexOf("/", end + 1)) above.push(key.slice(0, end));
  return above;
}

function leaf(key: string, entry: EtcdEntry, now: number): EtcdNode {
  const life =
    entry.expiresAt === undefined
      ? {}
      : {
          expiration: new Date(entry.expiresAt).toISOString(),
          ttl: Math.max(1, Math.ceil((entry.expiresAt - now) / 1000)),
        };
  return {
    key,
    value: entry.value,
    ...life,
    modifiedIndex: entry.modifiedIndex,
    createdIndex: entry.createdIndex,
  };
}

function nodeAt(turn: Turn, key: string, depth: number): EtcdNode | undefined {
  const { state, now } = turn;
  const entry = state.entries[key];
  if (entry !== undefined) return leaf(key, entry, now);
  if (!isDirectory(state, key)) return undefined;
  const made = state.directories[key];
  const stamps = made === undefined ? {} : { modifiedIndex: made, createdIndex: made };
  if (depth === 0) return { key, dir: true, ...stamps };
  const prefix = key === "/" ? "/" : `${key}/`;
  const nodes = [...Object.keys(state.entries), ...Object.keys(state.directories)]
    .filter((other) => other.startsWith(prefix) && !other.slice(prefix.length).includes("/"))
    // Keys that begin with an underscore are hidden from listings.
    .filter((other) => !other.slice(prefix.length).startsWith("_"))
    .sort()
    .flatMap((name) => nodeAt(turn, name, depth - 1) ?? []);
  return { key, dir: true, ...(nodes.length === 0 ? {} : { nodes }), ...stamps };
}
