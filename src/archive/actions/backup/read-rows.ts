/** Reads every row of a restored copy: pages that no query asks for may be damaged all the same. */
import { z } from "zod";
import { RecoverError } from "../../../errors.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { QUERY } from "../../../kit/log-patterns/log-in.ts";
import type { Keeper } from "../scratch/while-running.ts";
import { type Finding, found } from "./finding.ts";

/** How much of the restored rows is read: what the query needs, or every row. */
export const readingDepth = z.enum(["query", "rows"]).default("query");

/** PostgreSQL's setting has 32 bits. */
export const timeLimited = (limitMs: number, sql: string): string =>
  `SET statement_timeout = ${Math.min(limitMs, 2 ** 31 - 1)};\n${sql}`;

interface Reading {
  readonly place: string;
  readonly postgres_bin: string;
  readonly database: string;
  readonly limitMs: number;
}

const DATABASES = "SELECT datname FROM pg_database WHERE datallowconn AND datname <> 'template0' ORDER BY 1;";
/** A row as text has all its columns, those that are stored elsewhere too. One table that cannot be read hides no other. */
const UNREAD = `CREATE TEMP TABLE dingo_unread (name text, why text);
DO $dingo$ DECLARE t record; n bigint; BEGIN
FOR t IN SELECT c.oid::regclass::text AS name FROM pg_class c WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' ORDER BY 1 LOOP
BEGIN EXECUTE format('SELECT count(x::text) FROM ONLY %s x', t.name) INTO n;
EXCEPTION WHEN OTHERS THEN INSERT INTO dingo_unread VALUES (t.name, SQLERRM); END;
END LOOP; END $dingo$;
SELECT translate(name, E'\\n\\t', '  '), translate(why, E'\\n\\t', '  ') FROM dingo_unread;`;

export async function readRows(
  { ports: { scratch }, progress }: Keeper,
  reading: Reading,
): Promise<readonly Finding[]> {
  const { place, postgres_bin: programs, limitMs } = reading;
  const server = { place, programs };
  const findings: Finding[] = [];
  const names = await scratch.sql(server, reading.database, DATABASES);
  for (const [index, [name = ""]] of names.entries()) {
    progress({ message: `reading every row of ${quoted(name)}`, done: index, total: names.length });
    try {
      const unread = await scratch.sql(server, name, timeLimited(limitMs, UNREAD));
      findings.push(...unread.map(([table = "", why = ""]) => unreadable(`${table} of ${quoted(name)}`, why)));
    } catch (thrown) {
      if (!(thrown instanceof RecoverError) || thrown.code !== "command-failed") throw thrown;
      findings.push(refused(name, thrown.message));
    }
  }
  return findings;
}

const unreadable = (what: string, why: string): Finding =>
  found({ severity: "serious", code: "rows-unreadable", message: `not every row of ${what} can be read: ${why}` });

/** Time that ran out says nothing of the backup. */
const refused = (name: string, said: string): Finding =>
  QUERY.tookTooLong.says.test(said)
    ? found({
        severity: "warning",
        code: "rows-not-read",
        message: `not all rows of ${quoted(name)} were read in time`,
      })
    : unreadable(quoted(name), said);
