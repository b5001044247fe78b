/** Reads a restored copy beyond the query: pages that no query asks for may be damaged all the same. */
import { z } from "zod";
import { RecoverError } from "../../../errors.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { QUERY } from "../../../kit/log-patterns/log-in.ts";
import type { ScratchServer } from "../../../ports/scratch-database.ts";
import type { Keeper } from "../scratch/while-running.ts";
import { type Finding, found } from "./finding.ts";

/** How much of the copy is read: what the query needs; every row; every page, and what a dump and an index check read. */
export const readingDepth = z.enum(["query", "rows", "all"]).default("query");
export type ReadingDepth = z.infer<typeof readingDepth>;

/** PostgreSQL's setting has 32 bits, and 0 is no limit. */
export const timeLimited = (limitMs: number, sql: string): string =>
  `SET statement_timeout = ${Math.max(1, Math.min(Math.floor(limitMs), 2 ** 31 - 1))};\n${sql}`;

export interface Reading {
  readonly server: ScratchServer;
  readonly database: string;
  readonly depth: ReadingDepth;
  /** Milliseconds that are left for reading. */
  readonly left: () => number;
}

const DATABASES = "SELECT datname FROM pg_database WHERE datallowconn AND datname <> 'template0' ORDER BY 1;";
const UNFIT = "CREATE TEMP TABLE dingo_unfit (name text, why text, is_text boolean);";
const TOLD = `SELECT translate(name, E'\\n\\t', '  '), translate(why, E'\\n\\t', '  '), is_text FROM dingo_unfit;`;
/** A row as text has all its columns, those that are stored elsewhere too. One table that cannot be read hides no other. */
const ROWS = `${UNFIT}
DO $dingo$ DECLARE t record; n bigint; BEGIN
FOR t IN SELECT c.oid::regclass::text AS name FROM pg_class c WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' ORDER BY 1 LOOP
BEGIN EXECUTE format('SELECT count(x::text) FROM ONLY %s x', t.name) INTO n;
EXCEPTION WHEN OTHERS THEN INSERT INTO dingo_unfit VALUES (t.name, SQLERRM); END;
END LOOP; END $dingo$;
${TOLD}`;
const HAS_AMCHECK = "SELECT 1 FROM pg_available_extensions WHERE name = 'amcheck';";
/**
 * amcheck checks each B-tree index: since 11 also against its table. Since 14 it checks each table too.
 * An index on text is told apart, because another libc sorts text in another order. Collations 950 and 951 are C and POSIX
 * (pg_collation.dat), 100 is that of the database.
 */
const INDEXES = `${UNFIT}
DO $dingo$ DECLARE i record; at text; BEGIN
IF NOT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'amcheck') THEN CREATE SCHEMA dingo_amcheck; CREATE EXTENSION amcheck SCHEMA dingo_amcheck; END IF;
SELECT quote_ident(n.nspname) INTO at FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'amcheck';
FOR i IN SELECT c.oid::regclass::text AS name, EXISTS (SELECT 1 FROM unnest(x.indcollation::oid[]) o WHERE o NOT IN (0, 950, 951)
AND NOT (o = 100 AND (SELECT datcollate IN ('C', 'POSIX') FROM pg_database WHERE datname = current_database()))) AS is_text
FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid JOIN pg_am a ON a.oid = c.relam
WHERE a.amname = 'btree' AND c.relkind = 'i' AND c.relpersistence <> 't' AND x.indisready AND x.indisvalid ORDER BY 1 LOOP
BEGIN EXECUTE format('SELECT %s.bt_index_check(%L::regclass%s)', at, i.name, CASE WHEN current_setting('server_version_num')::int >= 110000 THEN ', true' ELSE '' END);
EXCEPTION WHEN OTHERS THEN INSERT INTO dingo_unfit VALUES (i.name, SQLERRM, i.is_text); END;
END LOOP;
IF current_setting('server_version_num')::int >= 140000 THEN
FOR i IN SELECT c.oid::regclass::text AS name FROM pg_class c WHERE c.relkind IN ('r', 'm', 't') AND c.relpersistence <> 't' ORDER BY 1 LOOP
BEGIN EXECUTE format('INSERT INTO dingo_unfit SELECT %L, msg, false FROM %s.verify_heapam(%L::regclass) LIMIT 1', i.name, at, i.name);
EXCEPTION WHEN OTHERS THEN INSERT INTO dingo_unfit VALUES (i.name, SQLERRM, false); END;
END LOOP; END IF; END $dingo$;
${TOLD}`;

/** One look at a database, and its words for what it finds and for what it does not come to. */
interface Look {
  readonly code: string;
  readonly unreadable: string;
  readonly late: string;
  readonly read: (name: string) => Promise<readonly Finding[]>;
}

export async function readRows(
  { ports: { scratch }, progress }: Keeper,
  reading: Reading,
): Promise<readonly Finding[]> {
  const { server, depth, left } = reading;
  const ask = (name: string, sql: string) => scratch.sql(server, name, timeLimited(left(), sql));
  const rows: Look = {
    ...{ code: "rows", unreadable: "not every row can be read", late: "not all rows were read" },
    read: async (name) =>
      (await ask(name, ROWS)).map(([table = "", why = ""]) =>
        serious("rows", `not every row of ${table} of ${quoted(name)} can be read: ${why}`),
      ),
  };
  const dump: Look = {
    ...{ code: "dump", unreadable: "pg_dump cannot dump it", late: "not all was dumped" },
    read: async (name) => (await scratch.dumpNowhere(server, name, left()), []),
  };
  const indexes: Look = {
    ...{ code: "indexes", unreadable: "its indexes cannot be checked", late: "not all indexes were checked" },
    read: async (name) => {
      if ((await ask(name, HAS_AMCHECK)).length === 0)
        return [unchecked("indexes", `no index of ${quoted(name)} was checked: this PostgreSQL has no amcheck`)];
      return (await ask(name, INDEXES)).map(([index = "", why = "", isText = ""]) =>
        unfitIndex(`${index} of ${quoted(name)} is not as amcheck wants it: ${why}`, isText === "t"),
      );
    },
  };
  const looks = depth === "all" ? [rows, dump, indexes] : [rows];
  const findings: Finding[] = [];
  const names = await scratch.sql(server, reading.database, DATABASES);
  for (const [index, [name = ""]] of names.entries())
    for (const { code, unreadable, late, read } of looks) {
      // Progress behind the limit would end the whole test.
      if (left() > 0) progress({ message: `reading ${code} of ${quoted(name)}`, done: index, total: names.length });
      const why = left() > 0 ? await refusalOf(async () => void findings.push(...(await read(name)))) : TOO_LATE;
      if (why === TOO_LATE) findings.push(warning(code, `${late} of ${quoted(name)} in time`));
      else if (why !== undefined) findings.push(serious(code, `${unreadable}: ${quoted(name)}: ${why}`));
    }
  return findings;
}

/** The sums of all pages, of a server that was shut down. `isSummed`: whether the cluster has such sums. */
export async function checkPages(
  { ports: { scratch }, progress }: Keeper,
  { server, left }: Pick<Reading, "server" | "left">,
  isSummed: boolean,
): Promise<readonly Finding[]> {
  if (!isSummed) return [unchecked("pages", "no page has a sum: the cluster was made without checksums")];
  if (left() <= 0) return [warning("pages", "the sums of the pages were not checked in time")];
  progress({ message: "checking the sums of all pages" });
  const unfit: string[] = [];
  const why = await refusalOf(async () => void unfit.push(...(await scratch.unfitPages(server, left()))));
  if (why !== undefined) return [warning("pages", `the sums of the pages were not checked: ${why}`)];
  return unfit.map((said) => serious("pages", said));
}

const TOO_LATE = "the time ran out";

/** Time that ran out says nothing of the backup. */
async function refusalOf(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof RecoverError)) throw thrown;
    if (thrown.code === "unreachable" || QUERY.tookTooLong.says.test(thrown.message)) return TOO_LATE;
    if (!["command-failed", "program-missing"].includes(thrown.code)) throw thrown;
    return thrown.message;
  }
}

const serious = (of: string, message: string): Finding =>
  found({ severity: "serious", code: `${of}-unreadable`, message });
const warning = (of: string, message: string): Finding =>
  found({ severity: "warning", code: `${of}-not-read`, message });
const unchecked = (of: string, message: string): Finding =>
  found({ severity: "note", code: `${of}-not-read`, message });
function unfitIndex(message: string, isText: boolean): Finding {
  if (!isText) return serious("indexes", message);
  const cause = "it may be damaged, or this machine's libc sorts text otherwise than the one of the database";
  return found({ severity: "warning", code: "indexes-unreadable", message, cause });
}
