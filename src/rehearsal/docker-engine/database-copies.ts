/**
 * Copies of data directories and servers on them, as far as our adapter calls for them: a run's own volumes, its
 * scripts in containers, and the answers of its servers. Undefined: nobody here knows the call.
 */
import { type Applied, fails, says } from "./answer.ts";
import { archived, unarchived } from "../box-archive.ts";
import {
  type BoxDatabases,
  type BoxTable,
  CLOSED,
  HAS_LIBRARY,
  HAS_LOCALE,
  READY,
  ROWS_FILE,
  rowsFile,
  rowsIn,
} from "./catalogue-files.ts";
import { freeBytes, graft, nodeOn, put, recorded, treeOn } from "./machine-files.ts";
import { create } from "./lifecycle.ts";
import { containerOf, type DockerEngineState, imageOf, mountpoint, type SimContainer } from "./state.ts";
import { postgresFiles } from "./postgres-files.ts";
import { file, sizeOf, treeOf } from "./tree.ts";

const FIELD = "\u001f";
const ROW = "\u001e";
const COPY_AT = "/dingo/copy";

const pairsAfter = (words: readonly string[], flag: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    words.flatMap((word, index) =>
      words[index - 1] === flag ? [word.split(/=(.*)/s).slice(0, 2) as [string, string]] : [],
    ),
  );

export function createVolume(state: DockerEngineState, words: readonly string[], now: number): Applied | undefined {
  const name = words.at(-1) ?? "";
  if (name in state.volumes) return says(state, `${name}\n`);
  const [labels, options] = [pairsAfter(words, "--label"), pairsAfter(words, "--opt")];
  const volume = { name, driver: "local", labels, options, createdAt: now, tree: treeOf({}) };
  return says(
    recorded({ ...state, volumes: { ...state.volumes, [name]: volume } }, `volume create ${name}`),
    `${name}\n`,
  );
}

export function removeVolume(state: DockerEngineState, [name = ""]: readonly string[]): Applied {
  if (!(name in state.volumes)) return fails(state, `Error: No such volume: ${name}`);
  const user = Object.values(state.containers).find(({ mounts }) => mounts.some(({ from }) => from === name));
  if (user !== undefined)
    return fails(state, `Error response from daemon: remove ${name}: volume is in use - [${user.id}]`);
  const { [name]: _gone, ...volumes } = state.volumes;
  return says(recorded({ ...state, volumes }, `volume rm ${name}`), `${name}\n`);
}

interface Call {
  readonly words: readonly string[];
  readonly script: string;
  readonly args: readonly string[];
  readonly image: string;
  /** Destination → source. */
  readonly mounts: ReadonlyMap<string, string>;
  readonly now: number;
}

/** `run` with a script of ours; the words behind `run`. */
export function runCopy(state: DockerEngineState, words: readonly string[], now: number): Applied | undefined {
  const entry = words.indexOf("--entrypoint");
  if (words[entry + 1] !== "sh" || words[entry + 3] !== "-c") return undefined;
  const [script = "", , ...args] = words.slice(entry + 4);
  const call: Call = {
    words: words.slice(0, entry),
    script,
    args,
    image: words[entry + 2] ?? "",
    mounts: mountsOf(words.slice(0, entry)),
    now,
  };
  if (imageOf(state, call.image) === undefined)
    return fails(state, `Unable to find image '${call.image}' locally`, 125);
  if (script.includes("missing $p")) return says(state, programsOf(state, call));
  if (script.includes("list() {")) return fill(state, call);
  if (script.includes("initdb -D")) return serve(fresh(state, call), call);
  return script.includes('exec postgres "$@"') ? serve(state, call) : undefined;
}

function mountsOf(words: readonly string[]): ReadonlyMap<string, string> {
  const mounts = words.filter((_, index) => words[index - 1] === "--mount");
  const value = (mount: string, key: string): string => new RegExp(`(?:^|,)"?${key}=([^,]*)`).exec(mount)?.[1] ?? "";
  return new Map(mounts.map((mount) => [value(mount, "dst"), value(mount, "src")]));
}

/** A path in the container as one on the engine's machine. */
function real({ mounts }: Call, path: string): string {
  const [at, source] = [...mounts].find(
    ([destination]) => path === destination || path.startsWith(`${destination}/`),
  ) ?? ["", ""];
  return `${source}${path.slice(at.length)}`.replace(/\/+$/, "");
}

function programsOf(state: DockerEngineState, { image }: Call): string {
  const env = imageOf(state, image)?.env ?? [];
  const major = env.find((each) => each.startsWith("PG_MAJOR="))?.slice("PG_MAJOR=".length);
  const version = major === undefined ? "" : `${major}.4`;
  return `postgres ${version}\npg_dump ${version}\nlibc glibc\n`;
}

function fill(state: DockerEngineState, call: Call): Applied {
  const [inside = "", name = "", how = ""] = call.args;
  const from = treeOn(state, real(call, `/dingo/from/${inside}`));
  if (from === undefined) return fails(state, "cd: can't cd to /dingo/from", 2);
  const bytes = sizeOf(from);
  const to = how === "server" ? `${COPY_AT}/data` : how === "volume" ? COPY_AT : `${COPY_AT}/${name}`;
  const volume = call.mounts.get(COPY_AT) ?? "";
  const target = volume.startsWith("/")
    ? `${volume}${to.slice(COPY_AT.length)}`
    : `${mountpoint(state, volume)}${to.slice(COPY_AT.length)}`;
  if (how === "path" && nodeOn(state, target) !== undefined) return fails(state, "it is there already", 4);
  if (bytes > freeBytes(state)) return fails(state, "cp: error writing: No space left on device");
  const copied = graft(state, target, from);
  const marked =
    how === "server"
      ? put(copied, `${mountpoint(state, volume)}/complete`, file("999\n", { modified: call.now }))
      : copied;
  const said = [
    `uid ${from.top.uid}`,
    `files ${Object.keys(from.nodes).length}`,
    `kilobytes ${Math.ceil(bytes / 1024)}`,
    "tablespaces 0",
  ];
  return says(recorded(marked, `fill ${volume}`), said.map((line) => `${line}\n`).join(""));
}

function fresh(state: DockerEngineState, call: Call): DockerEngineState {
  const seed = { major: "13", systemId: BigInt(call.now), inProduction: true, checkpointAt: call.now } as const;
  const files = { ...postgresFiles(seed), [ROWS_FILE]: rowsFile({ postgres: {} }, call.now) };
  const data = `${mountpoint(state, call.mounts.get(COPY_AT) ?? "")}/data`;
  return graft(state, data, treeOf(files));
}

function noStart(state: DockerEngineState, container: SimContainer, args: readonly string[]): string | undefined {
  if (databasesOf(state, container) === undefined) return "PANIC:  could not locate a valid checkpoint record";
  const conf = nodeOn(state, `${mountpoint(state, volumeOn(container))}/data/postgresql.auto.conf`);
  const settings = conf?.kind === "file" ? Buffer.from(conf.start, "base64").toString() : "";
  const library = /^shared_preload_libraries = '(\w+)'$/m.exec(settings)?.[1];
  const has = args.includes("shared_preload_libraries=") || state.images[container.imageId]?.env.includes(HAS_LIBRARY);
  return library === undefined || has === true
    ? undefined
    : `FATAL:  could not access file "${library}": No such file or directory`;
}

function serve(state: DockerEngineState, { words, args, image, mounts, now }: Call): Applied {
  const name = words[words.indexOf("--name") + 1] ?? "";
  if (containerOf(state, name) !== undefined)
    return fails(
      state,
      `docker: Error response from daemon: Conflict. The container name "/${name}" is already in use`,
      125,
    );
  const labels = pairsAfter(words, "--label");
  const imageId = imageOf(state, image)?.id ?? "";
  const volumes = [...mounts].map(([to, from]) => ({ kind: "volume" as const, from, to, writable: true }));
  const tmpfs = (state.images[imageId]?.volumes ?? []).map((to) => ({
    kind: "bind" as const,
    from: "",
    to,
    writable: true,
  }));
  const [made, id] = create(state, { name, image, imageId, labels, env: [], mounts: [...volumes, ...tmpfs] }, now);
  const container = made.containers[id];
  if (container === undefined) return fails(made, "the engine made no container", 125);
  const why = noStart(made, container, args);
  const status = why === undefined ? ("running" as const) : ("exited" as const);
  const log = `${why ?? "LOG:  database system is ready to accept connections"}\n`;
  const run: SimContainer = { ...container, status, startedAt: now, log };
  return says(
    { ...made, containers: { ...made.containers, [id]: run }, record: [...state.record, `run ${name}`] },
    `${id}\n`,
  );
}

const volumeOn = ({ mounts }: SimContainer): string => mounts.find(({ to }) => to === COPY_AT)?.from ?? "";
const rowsPath = (state: DockerEngineState, container: SimContainer): string =>
  `${mountpoint(state, volumeOn(container))}/data/${ROWS_FILE}`;

function databasesOf(state: DockerEngineState, container: SimContainer): BoxDatabases | undefined {
  return rowsIn(nodeOn(state, rowsPath(state, container)));
}

function changed(
  state: DockerEngineState,
  container: SimContainer,
  { databases, now, what }: { readonly databases: BoxDatabases; readonly now: number; readonly what: string },
): DockerEngineState {
  return recorded(put(state, rowsPath(state, container), rowsFile(databases, now)), what);
}

/** `exec -i NAME sh -c SCRIPT sh …`: a running server of ours. */
export function execCopy(
  state: DockerEngineState,
  container: SimContainer,
  { argv, stdin, now }: { readonly argv: readonly string[]; readonly stdin: string; readonly now: number },
): Applied | undefined {
  const [shell, c, script = "", , ...args] = argv;
  if (shell !== "sh" || c !== "-c" || volumeOn(container) === "") return undefined;
  if (script.includes("pg_isready")) return says(state);
  const databases = databasesOf(state, container) ?? {};
  const database = /^dbname='(.*)'$/s.exec(args[args.indexOf("-d") + 1] ?? "")?.[1] ?? "postgres";
  if (script.includes("exec pg_dumpall")) return says(state, ROLES);
  if (databases[database]?.[CLOSED] !== undefined)
    return fails(state, `psql: error: FATAL:  database "${database}" is not currently accepting connections`, 2);
  const isForeign = Object.values(databases[database] ?? {}).some((each) => isAiling(each, "locale"));
  if (isForeign && state.images[container.imageId]?.env.includes(HAS_LOCALE) !== true)
    return fails(state, NO_LOCALE, 2);
  const isLenient = script.includes("zero_damaged_pages=on");
  const hasLibrary = state.images[container.imageId]?.env.includes(HAS_LIBRARY) === true;
  if (script.includes("exec pg_dump ")) {
    const without = args.flatMap((word) => /^--exclude-table-data="public"\."(.*)"$/s.exec(word)?.[1] ?? []);
    const tables = Object.entries(databases[database] ?? {});
    const unread = tables.find(
      ([name, table]) => !without.includes(name) && errorOf(table, { isLenient, hasLibrary }) !== undefined,
    );
    if (unread !== undefined)
      return fails(state, `pg_dump: error: Dumping the contents of table "${unread[0]}" failed: PQgetResult() failed.`);
    const dumped = tables.map(([name, table]) => [name, without.includes(name) ? 0 : loadedAs(table)] as const);
    return says(state, archived(JSON.stringify(Object.fromEntries(dumped))));
  }
  if (script.includes("exec pg_restore ")) {
    const read = unarchived(stdin);
    if ("wrong" in read) return fails(state, `pg_restore: error: ${read.wrong}`);
    const loaded = JSON.parse(read.content) as BoxDatabases[string];
    const isReady = databases[database]?.[READY] !== undefined;
    const odd = Object.keys(loaded).find((name) => isOdd(loaded[name], isReady));
    if (odd !== undefined) {
      const said = `pg_restore: error: could not execute query: ERROR:  type "${odd}" does not exist`;
      if (args.includes("--exit-on-error")) return fails(state, said);
      const { [odd]: _lost, ...others } = loaded;
      const next = { ...databases, [database]: { ...databases[database], ...others } };
      const made = changed(state, container, { databases: next, now, what: `load ${database} ${container.name}` });
      return fails(made, `${said}\npg_restore: warning: errors ignored on restore: 1`);
    }
    const there = Object.keys(loaded).find((name) => name in (databases[database] ?? {}));
    if (there !== undefined)
      return fails(state, `pg_restore: error: could not execute query: ERROR:  relation "${there}" already exists`);
    const rows = Object.entries({ ...databases[database], ...loaded }).flatMap(([name, table]) =>
      name === READY ? [] : [[name, rowsOf(table)] as const],
    );
    return says(
      changed(state, container, {
        databases: { ...databases, [database]: Object.fromEntries(rows) },
        now,
        what: `load ${database} ${container.name}`,
      }),
    );
  }
  if (!script.includes("exec psql")) return undefined;
  const digits = /decode\('([0-9a-f]*)', 'hex'\)/.exec(stdin)?.[1];
  if (digits !== undefined)
    return Buffer.from(digits, "hex").toString().includes("database cluster dump complete")
      ? says(recorded(state, `load roles ${container.name}`))
      : fails(state, "ERROR:  the file of the roles is cut", 3);
  const made = /CREATE DATABASE (\w+)/.exec(stdin)?.[1];
  if (made !== undefined)
    return says(
      changed(state, container, {
        databases: { ...databases, [made]: {} },
        now,
        what: `create database ${made} ${container.name}`,
      }),
    );
  if (stdin.startsWith("UPDATE pg_database SET datallowconn")) {
    const open = Object.entries(databases).map(([name, { [CLOSED]: _closed, ...tables }]) => [name, tables] as const);
    return says(put(state, rowsPath(state, container), rowsFile(Object.fromEntries(open), now)));
  }
  if (stdin.startsWith("CREATE EXTENSION")) {
    const ready = { ...databases, [database]: { ...databases[database], [READY]: 0 } };
    return says(changed(state, container, { databases: ready, now, what: `extensions ${container.name}` }));
  }
  return sql(state, { databases, database, text: stdin, isLenient, hasLibrary });
}

interface Reader {
  readonly isLenient: boolean;
  readonly hasLibrary: boolean;
}
/** As psql 15 prints it. */
const NO_LOCALE =
  'psql: error: connection to server on socket "/tmp/.s.PGSQL.5432" failed: FATAL:  database locale is incompatible with operating system\nDETAIL:  The database was initialized with LC_COLLATE "de_DE.UTF-8",  which is not recognized by setlocale().\nHINT:  Recreate the database with another locale or install the missing locale.';
const isAiling = (table: BoxTable | undefined, ails: string): boolean =>
  typeof table === "object" && table.ails === ails;
const NO_LIBRARY = 'ERROR:  could not access file "$libdir/hstore": No such file or directory';

/** Why its rows cannot be read. */
function errorOf(table: BoxTable, { isLenient, hasLibrary }: Reader): string | undefined {
  if (typeof table === "number" || isOdd(table) || table.ails === "locale") return undefined;
  if (table.ails === "library") return hasLibrary ? undefined : NO_LIBRARY;
  if (table.ails === "file") return 'ERROR:  could not open file "base/16384/16393": No such file or directory';
  return isLenient ? undefined : "ERROR:  invalid page in block 3 of relation base/16384/16388";
}

const rowsOf = (table: BoxTable): number => (typeof table === "number" ? table : table.rows);
const loadedAs = (table: BoxTable): BoxTable => (isOdd(table) ? table : rowsOf(table));
/** Its dump does not load. */
const isOdd = (table: BoxTable | undefined, isReady = false): boolean =>
  typeof table === "object" && (table.ails === "definition" || (table.ails === "extension" && !isReady));

const ROLES = "-- the box's roles\n-- PostgreSQL database cluster dump complete\n";

function sql(
  state: DockerEngineState,
  {
    databases,
    database,
    text,
    ...reader
  }: Reader & {
    readonly databases: BoxDatabases;
    readonly database: string;
    readonly text: string;
  },
): Applied | undefined {
  const table = (rows: readonly (readonly (string | number)[])[]): Applied =>
    says(state, rows.length === 0 ? "" : `${rows.map((row) => row.join(FIELD)).join(ROW)}\n`);
  const names = Object.keys(databases[database] ?? {}).sort();
  if (text === "") return says(state);
  if (text.startsWith("SELECT rolsuper")) return table([["t"]]);
  if (text.startsWith("SELECT e.extname")) {
    const all = Object.values(databases[database] ?? {});
    return table(all.some((each) => isAiling(each, "extension")) ? [["earth", "public"]] : []);
  }
  if (text.startsWith("SELECT DISTINCT probin")) {
    const all = Object.values(databases[database] ?? {});
    return table(all.some((each) => isAiling(each, "library")) ? [["$libdir/hstore"]] : []);
  }
  if (text.startsWith("LOAD "))
    return { state, answer: { code: 0, stdout: "", stderr: reader.hasLibrary ? "" : `${NO_LIBRARY}\n` } };
  if (text.startsWith("SELECT datname"))
    return table(
      Object.keys(databases)
        .sort()
        .map((name) => [name, "C", "C", "UTF8", 8_000_000]),
    );
  if (text.includes("json_agg(a.attname")) return table(names.map((name) => ["public", name, ""]));
  if (!text.startsWith("SELECT E'")) return undefined;
  const counts = [...text.matchAll(/^SELECT E'\\x1e(\d+)', .* FROM ONLY "public"\."((?:[^"]|"")*)";$/gm)];
  const asked = counts.map(([, index = "", name = ""]) => {
    const table = databases[database]?.[name.replaceAll('""', '"')] ?? 0;
    return { index, table, error: errorOf(table, reader) };
  });
  const read = asked.filter(({ error }) => error === undefined);
  const rows = read.map(({ index, table }) => `${ROW}${index}${FIELD}${rowsOf(table)}${FIELD}\n`);
  const stderr = asked.flatMap(({ error }) => (error === undefined ? [] : [`${error}\n`])).join("");
  return { state, answer: { code: 0, stdout: rows.join(""), stderr } };
}
