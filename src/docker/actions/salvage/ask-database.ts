/** Asks a server on a copy for its databases, tables, numbers of rows, and the time of the newest row. */
import { z } from "zod";
import type { DatabaseCopies, CopyServer } from "../../../ports/database-copy.ts";
import { RecoverError, refuse } from "../../../errors.ts";
import { jsonOf } from "../../../kit/json.ts";
import { QUERY } from "../../../kit/log-patterns/log-in.ts";
import { onOneLine } from "../../../kit/text/printable.ts";
import { quoteIdentifier, quoteLiteral } from "../../../kit/sql/quoting.ts";

export const tableFacts = z.object({
  schema: z.string(),
  table: z.string(),
  /** -1 if it cannot be read. */
  rows: z.number(),
  /** ISO 8601: the greatest value in a column with a time; "" if there is none. */
  newest: z.string(),
});
export type TableFacts = z.infer<typeof tableFacts>;

export const databaseFacts = z.object({
  name: z.string(),
  bytes: z.number(),
  encoding: z.string(),
  collate: z.string(),
  ctype: z.string(),
  /** Of pg_database from 15 on; "" for none. */
  provider: z.string().default(""),
  locale: z.string().default(""),
  rules: z.string().default(""),
  /** Its collation has another version here than the one that it was written with. */
  sorts_otherwise: z.boolean().default(false),
  tables: z.array(tableFacts),
  /** In the order in which they were made. */
  extensions: z.array(z.object({ name: z.string(), schema: z.string() })).default([]),
  /** Answers that the database refused. */
  damage: z.array(z.string()),
});
export type DatabaseFacts = z.infer<typeof databaseFacts>;

/** Asks by JSON for columns that some releases lack or name otherwise. Templates count: they may hold rows of people. */
const DATABASES =
  "SELECT datname, datcollate, datctype, pg_encoding_to_char(encoding), pg_database_size(d.oid), j->>'datlocprovider', coalesce(j->>'datlocale', j->>'daticulocale'), j->>'daticurules' FROM pg_database d, row_to_json(d) j WHERE datname <> 'template0' ORDER BY 1;";
/** From 15 on. */
const SORTS_OTHERWISE =
  "SELECT datname FROM pg_database WHERE datcollversion IS DISTINCT FROM pg_database_collation_actual_version(oid) AND datcollversion IS NOT NULL;";
/** Opens databases that somebody has closed: their rows are wanted too. Sent to a copy alone. */
const OPEN = "UPDATE pg_database SET datallowconn = true WHERE NOT datallowconn AND datname <> 'template0';";
/** Tables of people, without those that an extension brings; the columns with a time of each, as JSON. */
const TABLES = `SELECT n.nspname, c.relname,
  (SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid IN (1082, 1114, 1184))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1, 2;`;

const EXTENSIONS =
  "SELECT e.extname, n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname <> 'plpgsql' ORDER BY e.oid;";
/** Gives SQL functions of extensions a search path: a dump is loaded under an empty one, and some would not find their types. */
const PATHS = `DO $$ DECLARE f record; BEGIN FOR f IN SELECT p.oid::regprocedure AS name FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e' JOIN pg_language l ON l.oid = p.prolang WHERE l.lanname = 'sql' LOOP EXECUTE format('ALTER FUNCTION %s SET search_path = public', f.name); END LOOP; END $$;`;

/** SQL that makes a database ready for a dump with such functions; "" if it has no extension, or one elsewhere. */
export function beforeLoad({ extensions }: DatabaseFacts): string {
  if (extensions.length === 0 || extensions.some(({ schema }) => schema !== "public")) return "";
  return [
    ...extensions.map(({ name }) => `CREATE EXTENSION IF NOT EXISTS ${quoteIdentifier(name)} SCHEMA public;`),
    PATHS,
  ].join(" ");
}

/** Libraries of functions, and collations of columns. A library's name with more slashes could lead to a file of the data, which a stranger wrote. */
const NEEDS = `SELECT DISTINCT probin, '' FROM pg_proc WHERE probin ~ '^[$]libdir/[A-Za-z0-9_.-]+$' UNION ALL
SELECT DISTINCT n.nspname::text, c.collname::text FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation JOIN pg_namespace n ON n.oid = c.collnamespace WHERE a.attrelid >= 16384;`;

/** A part that a database needs, and that a server has not; "" for all databases. */
export interface Lack {
  readonly database: string;
  readonly kind: "library" | "locale";
  readonly name: string;
}

/** Libraries and locales that these databases need, and that the server has not. */
export async function lackingIn(
  copies: Asked,
  server: CopyServer,
  databases: readonly DatabaseFacts[],
): Promise<readonly Lack[]> {
  const lacking: Lack[] = [];
  for (const { name, damage, tables } of databases) {
    lacking.push(...lacksIn(name, damage.filter(isOfLocale)));
    if (tables.length === 0 && damage.length > 0) continue;
    const { rows } = await copies.sql(server, name, NEEDS);
    const tries = rows.map(([first = "", collation = ""]) =>
      collation === ""
        ? `LOAD ${quoteLiteral(first)};`
        : `SELECT 'a' < 'b' COLLATE ${quoteIdentifier(first)}.${quoteIdentifier(collation)};`,
    );
    if (tries.length > 0) lacking.push(...lacksIn(name, (await copies.sql(server, name, tries.join("\n"))).failed));
  }
  return lacking.sort((a, b) => (a.name < b.name ? -1 : 1));
}

export const lacksIn = (database: string, lines: readonly string[]): readonly Lack[] =>
  lines.flatMap((line) =>
    (["library", "locale"] as const).flatMap((kind) => {
      const name = QUERY[`${kind}Lacking`].says.exec(line)?.[1];
      return name === undefined ? [] : [{ database, kind, name }];
    }),
  );
export const isOfLocale = (said: string): boolean => QUERY.localeLacking.says.test(said);

type Asked = Pick<DatabaseCopies, "sql">;

export async function askDatabases(copies: Asked, server: CopyServer, entry: string): Promise<DatabaseFacts[]> {
  await copies.sql(server, entry, OPEN);
  const { rows, failed } = await copies.sql(server, entry, DATABASES);
  const [why] = failed;
  // No row tells nothing: a copy may be damaged in its list of databases.
  if (why !== undefined)
    throw refuse("command-failed", `the server on the copy does not tell its databases: ${onOneLine(why)}`)
      .at(server.volume)
      .advise("Choose another copy or candidate; the volume that was copied is as it was.");
  const isOf15 = rows.some((row) => (row[5] ?? "") !== "");
  const { rows: others } = isOf15 ? await copies.sql(server, entry, SORTS_OTHERWISE) : { rows: [] };
  const found: DatabaseFacts[] = [];
  for (const [name = "", collate = "", ctype = "", encoding = "", bytes = "", ...sorted] of rows) {
    const { tables, damage, extensions } = await asked(copies, server, name);
    if (name === "template1" && tables.length === 0) continue;
    const [provider = "", locale = "", rules = ""] = sorted;
    const sorts_otherwise = others.some(([other]) => other === name);
    const own = { provider, locale, rules, sorts_otherwise };
    found.push({ name, bytes: Number(bytes), encoding, collate, ctype, ...own, tables, damage, extensions });
  }
  return found;
}

/** The facts of one database. One that cannot be entered counts as damaged; the others are asked all the same. */
async function asked(
  copies: Asked,
  server: CopyServer,
  name: string,
): Promise<Pick<DatabaseFacts, "tables" | "damage" | "extensions">> {
  try {
    const { tables, damage } = await askTables(copies, server, name);
    const { rows } = await copies.sql(server, name, EXTENSIONS);
    const extensions = rows.map(([extension = "", schema = ""]) => ({ name: extension, schema }));
    return { tables: [...tables], damage: [...damage], extensions };
  } catch (error) {
    if (!(error instanceof RecoverError) || error.code !== "command-failed") throw error;
    return { tables: [], damage: [error.message], extensions: [] };
  }
}

export async function askTables(
  copies: Asked,
  server: CopyServer,
  database: string,
): Promise<{ readonly tables: readonly TableFacts[]; readonly damage: readonly string[] }> {
  const listed = await copies.sql(server, database, TABLES);
  const names = listed.rows.map(([schema = "", table = ""]) => ({ schema, table }));
  // Of a damaged table the number alone: a time that cannot be read hides no row.
  const countable = server.isLenient === true ? listed.rows.map((row) => row.slice(0, 2)) : listed.rows;
  const counted = await copies.sql(server, database, countable.map(countOf).join("\n"));
  const byIndex = new Map(
    counted.rows.map(([index = "", rows = "", newest = ""]) => [Number(index), { rows, newest }]),
  );
  const tables = names.map((name, index) => {
    const found = byIndex.get(index);
    return { ...name, rows: found === undefined ? -1 : Number(found.rows), newest: found?.newest ?? "" };
  });
  return { tables, damage: [...listed.failed, ...counted.failed] };
}

/** A record separator begins each row: many statements answer here, each with its own newline. */
function countOf([schema = "", table = "", columns = ""]: readonly string[], index: number): string {
  const own = namesIn(columns).map((name) => `${quoteIdentifier(name)}::timestamptz`);
  const time =
    own.length === 0
      ? "''"
      : `coalesce(to_char(max(greatest(${own.join(", ")})) FILTER (WHERE isfinite(greatest(${own.join(", ")}))) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), '')`;
  return `SELECT E'\\x1e${index}', count(*), ${time} FROM ONLY ${quoteIdentifier(schema)}.${quoteIdentifier(table)};`;
}

/** The names in a JSON answer; none if a stranger's server answers with something else. */
function namesIn(json: string): readonly string[] {
  return z.array(z.string()).safeParse(jsonOf(json)).data ?? [];
}

export const newestOf = (tables: readonly TableFacts[]): string =>
  tables.map(({ newest }) => newest).reduce((a, b) => (a > b ? a : b), "");
export const rowsOf = (tables: readonly TableFacts[]): number =>
  tables.reduce((sum, { rows }) => sum + Math.max(0, rows), 0);
