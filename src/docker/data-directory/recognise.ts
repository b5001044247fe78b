/**
 * Recognises the content of a directory by a bounded set of its files. Pure; a place that was not looked at is unknown,
 * and never empty.
 */
import type { Looked, LookedFile, LookOrder } from "../../ports/docker-host.ts";
import { type PostgresDirectory, POSTGRES_FILES, readPostgres } from "./postgres.ts";
import { IN_ONE_FILE, SQLITE, type SystemName, SYSTEMS } from "./systems.ts";

export type Contents =
  | {
      readonly kind: "data";
      readonly system: SystemName;
      /** `PostgreSQL`. */
      readonly title: string;
      /** The release as its own files say it; "" if they do not. */
      readonly version: string;
      /** The directory below the place that holds it; "" for the place itself. */
      readonly inside: string;
      /** ISO 8601: the newest modification among the files that were looked at. */
      readonly touched: string;
      readonly postgres?: PostgresDirectory;
      /** The others of that place, if it holds several. */
      readonly beside?: readonly Data[];
      /** Why not all below it was searched for PostgreSQL, when it should have been. */
      readonly unwalked?: string;
    }
  /** There is not one name in it. The `lost+found` of a mounted file system does not count. */
  | { readonly kind: "empty" }
  /** Something that is no data of a system that is known; `names` are some of it. */
  | {
      readonly kind: "other";
      readonly names: readonly string[];
      readonly more: boolean;
      /** As for data. */
      readonly unwalked?: string;
    }
  /** The engine's machine has no such directory. */
  | { readonly kind: "absent" }
  | { readonly kind: "file"; readonly bytes: number }
  | { readonly kind: "unknown"; readonly why: string };

export type Data = Extract<Contents, { readonly kind: "data" }>;

/** All that lie in that place. */
export const dataIn = (contents: Contents): readonly Data[] =>
  contents.kind === "data" ? [contents, ...(contents.beside ?? [])] : [];

export const systemsIn = (contents: Contents): readonly string[] => dataIn(contents).map(({ system }) => system);

/** So many names of a directory are enough to tell and to show. */
const ENTRIES = 64;
const RDB_HEADER = 9;
const UPGRADE_INFO = ["mysql_upgrade_info", "mariadb_upgrade_info"] as const;

const WITH_CONTENT: readonly { readonly path: string; readonly bytes: number }[] = [
  ...POSTGRES_FILES,
  { path: "dump.rdb", bytes: RDB_HEADER },
  ...UPGRADE_INFO.map((path) => ({ path, bytes: 32 })),
];

/** The files that the look asks of every directory. */
export const LOOK: LookOrder = {
  entries: ENTRIES,
  files: [
    ...WITH_CONTENT,
    ...[...new Set(SYSTEMS.flatMap(({ marks }) => marks.flat()))]
      .filter((path) => !WITH_CONTENT.some((file) => file.path === path))
      .map((path) => ({ path, bytes: 0 })),
  ],
};

export function recognise(looked: Looked, inside = ""): Contents {
  switch (looked.state) {
    case "absent":
      return { kind: "absent" };
    case "file":
      return { kind: "file", bytes: looked.size };
    case "unknown":
      return { kind: "unknown", why: looked.why };
    case "seen":
      return ofDirectory(looked, inside);
  }
}

type Seen = Extract<Looked, { readonly state: "seen" }>;

function ofDirectory(looked: Seen, inside: string): Contents {
  const there = new Set([
    ...looked.files.map(({ path }) => path),
    ...looked.unread,
    ...looked.entries.map(({ name }) => name),
  ]);
  const files = new Map(looked.files.map((file) => [file.path, file]));
  const is = (path: string): boolean => there.has(path);
  const touched = new Date(
    1000 * Math.max(looked.modified, ...looked.files.map(({ modified }) => modified)),
  ).toISOString();
  const own = readPostgres(files, is);
  if (own !== undefined) {
    const { version } = own;
    const isLinked = looked.entries.some(({ name, kind }) => /^pg_(?:wal|xlog)$/.test(name) && kind === "other");
    const postgres = isLinked ? ({ ...own, walElsewhere: true } as const) : own;
    return { kind: "data", system: "postgresql", title: "PostgreSQL", version, inside, touched, postgres };
  }
  const found = SYSTEMS.find(({ system, marks }) => system !== "postgresql" && marks.some((all) => all.every(is)));
  if (found !== undefined) {
    const { system, title } = found;
    return { kind: "data", system, title, version: versionOf(system, files), inside, touched };
  }
  const one = IN_ONE_FILE.find(({ begins }) =>
    looked.files.some((file) => begins.some((text) => beginsWith(file, text))),
  );
  if (one !== undefined) return { kind: "data", system: one.system, title: one.title, version: "", inside, touched };
  const names = looked.entries.map(({ name }) => name);
  if (looked.entries.length === 0 || names.join() === "lost+found")
    return looked.more ? { kind: "other", names, more: true } : { kind: "empty" };
  const { more } = looked;
  return { kind: "other", names, more };
}

/** The release that a system wrote into its files. */
function versionOf(system: SystemName, files: ReadonlyMap<string, LookedFile>): string {
  const text = (path: string): string => Buffer.from(files.get(path)?.content ?? []).toString("latin1");
  if (system === "redis") {
    const format = /^(?:REDIS|VALKEY)(\d{3,4})/.exec(text("dump.rdb"))?.[1];
    return format === undefined ? "" : `RDB ${Number(format)}`;
  }
  if (system !== "mysql" && system !== "mariadb") return "";
  const said = UPGRADE_INFO.map((path) => /^\d+\.\d+\.\d+/.exec(text(path))?.[0]).find((found) => found !== undefined);
  return said ?? "";
}

const beginsWith = ({ path, content }: LookedFile, text: string): boolean =>
  SQLITE.name.test(path) && Buffer.from(content).toString("latin1").startsWith(text);
