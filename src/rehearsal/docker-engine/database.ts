/**
 * Databases in containers: their content, as files in their data directory, and their answers. Their rows lie in one
 * file, so that a copy has them and a lost file loses them.
 */
import { jsonOf } from "../json.ts";
import type { Ended } from "../ended.ts";
import { altered, nodeOn, put } from "./machine-files.ts";
import { type DockerEngineState, mountpoint, type SimContainer, upperDirectory } from "./state.ts";
import { childrenOf, directory, file, planted, pruned, subtree, type TreeNode } from "./tree.ts";
import { spotOf } from "./state.ts";
import { postgresFiles } from "./postgres-files.ts";

/** Table or key → how many rows or keys. */
export type Rows = Readonly<Record<string, number>>;

const ROWS = { postgresql: "base/13395/16385", redis: "dump.rdb" } as const;
const MAGIC = { postgresql: "", redis: "REDIS0009" } as const;
const UID = 999;
export type DatabaseKind = keyof typeof ROWS;

export const rowsFile = (kind: DatabaseKind, rows: Rows, modified: number): TreeNode => {
  const text = `${MAGIC[kind]}${JSON.stringify(rows)}`;
  return file(text, { uid: UID, modified });
};

export const databaseIn = ({ images }: DockerEngineState, { imageId }: SimContainer): DatabaseKind | undefined =>
  images[imageId]?.database;

/** The path of its data on the engine's machine. */
export function dataOf(state: DockerEngineState, container: SimContainer): string {
  const env = [...container.env, ...(state.images[container.imageId]?.env ?? [])];
  const inside = env.find((each) => each.startsWith("PGDATA="))?.slice("PGDATA=".length) ?? "/data";
  return placeOf(state, container, inside);
}

/** The path on the engine's machine of a path in a container. */
export function placeOf(state: DockerEngineState, container: SimContainer, inside: string): string {
  const mount = container.mounts.find(({ to }) => inside === to || inside.startsWith(`${to}/`));
  if (mount === undefined) return `${upperDirectory(state, container)}${inside}`;
  const top = mount.kind === "volume" ? mountpoint(state, mount.from) : mount.from;
  return `${top}${inside.slice(mount.to.length)}`;
}

export function rowsOf(state: DockerEngineState, container: SimContainer): Rows | undefined {
  const kind = databaseIn(state, container);
  if (kind === undefined) return undefined;
  const node = nodeOn(state, `${dataOf(state, container)}/${ROWS[kind]}`);
  if (node?.kind !== "file") return undefined;
  return jsonOf(Buffer.from(node.start, "base64").toString().slice(MAGIC[kind].length)) as Rows | undefined;
}

export function withRows(state: DockerEngineState, container: SimContainer, to: { rows: Rows; now: number }) {
  const kind = databaseIn(state, container);
  if (kind === undefined) return state;
  return put(state, `${dataOf(state, container)}/${ROWS[kind]}`, rowsFile(kind, to.rows, to.now));
}

const PID = "postmaster.pid";

/** As it starts: an empty directory gets a new, empty database. Gives why it cannot instead. */
export function started(
  state: DockerEngineState,
  container: SimContainer,
  now: number,
): { readonly state: DockerEngineState } | { readonly why: string } {
  const kind = databaseIn(state, container);
  if (kind === undefined) return { state };
  const path = dataOf(state, container);
  const spot = spotOf(state, path);
  const names = childrenOf(subtree(spot.tree, spot.path) ?? { top: directory(), nodes: {} }, "").map(([name]) => name);
  if (names.length === 0) return { state: initialised(state, container, { kind, path, now }) };
  if (rowsOf(state, container) === undefined)
    return {
      why:
        kind === "redis"
          ? "Bad file format reading the append only file"
          : 'FATAL:  could not open file "global/pg_control"',
    };
  if (kind === "redis") return { state };
  return {
    state: put(state, `${path}/${PID}`, file("1\n", { uid: UID, modified: now })),
  };
}

function initialised(
  state: DockerEngineState,
  container: SimContainer,
  { kind, path, now }: { readonly kind: DatabaseKind; readonly path: string; readonly now: number },
): DockerEngineState {
  const seed = { major: "13", systemId: BigInt(now), inProduction: true, checkpointAt: now } as const;
  const files = kind === "postgresql" ? postgresFiles(seed) : {};
  const all = Object.entries(files).reduce(
    (before, [name, node]) => put(before, `${path}/${name}`, node),
    altered(state, path, (tree, at) =>
      at === "" ? tree : planted(tree, at, directory({ uid: UID, mode: 0o700, modified: now })),
    ),
  );
  return withRows(all, container, { rows: {}, now });
}

/** As it shuts down in good time. */
export function shutDown(state: DockerEngineState, container: SimContainer): DockerEngineState {
  const path = `${dataOf(state, container)}/${PID}`;
  return nodeOn(state, path) === undefined ? state : altered(state, path, pruned);
}

/** Between fields and rows, as it is asked for. */
const [FIELD, ROW] = ["\u001f", "\u001e"];
const answer = (stdout: string): Ended => ({ code: 0, stdout, stderr: "" });

/** The answers of the database's client programs to our adapters' questions; undefined for any other question. */
export function asked(
  state: DockerEngineState,
  container: SimContainer,
  { argv, stdin }: { readonly argv: readonly string[]; readonly stdin: string },
): Ended | undefined {
  const rows = rowsOf(state, container) ?? {};
  if (argv[0] === "psql") return psql(rows, { argv, sql: stdin });
  if (argv.join(" ") === "redis-cli PING") return answer("PONG\n");
  if (argv.join(" ") !== "redis-cli INFO keyspace") return undefined;
  const count = Object.values(rows).reduce((sum, each) => sum + each, 0);
  return answer(`# Keyspace\r\n${count === 0 ? "" : `db0:keys=${count},expires=0,avg_ttl=0\r\n`}`);
}

function psql(
  rows: Rows,
  { argv, sql }: { readonly argv: readonly string[]; readonly sql: string },
): Ended | undefined {
  if (!argv.join(" ").startsWith(`psql -X -w -q -A -t -F ${FIELD} -R ${ROW} -v ON_ERROR_STOP=1 -U `)) return undefined;
  if (/^SELECT datname FROM pg_database\b/.test(sql)) return answer("postgres\n");
  if (!/^SELECT n\.nspname \|\| '\.' \|\| c\.relname/.test(sql)) return undefined;
  const tables = Object.entries(rows).sort(([a], [b]) => (a < b ? -1 : 1));
  return answer(`${tables.map(([table, count]) => `public.${table}${FIELD}${count}`).join(ROW)}\n`);
}
