/**
 * The rows of a drill: made of the run and their number alone, so that a later process can make each of them again.
 * They are compared by count and by one checksum that the database computes itself.
 */
import { createHash } from "node:crypto";
import { quoteLiteral } from "../../../kit/sql/quoting.ts";

export const TABLE = "dingo_recover_drill";

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

const wordOf = (run: string, n: number): string => md5(`${run} ${n}`);

export interface Rows {
  readonly rows: number;
  /** MD5 over all rows in order: not against a person who means harm, but against a row that is lost or another. */
  readonly checksum: string;
}

export function expectedRows(run: string, rows: number): Rows {
  const all = Array.from({ length: rows }, (_, index) => `${index + 1} ${wordOf(run, index + 1)}`);
  return { rows, checksum: md5(all.join(",")) };
}

/** Table and rows come to be at once or not at all. */
export function writeSql(run: string, rows: number): string {
  const word = `md5(${quoteLiteral(run)} || ' ' || n)`;
  return [
    "BEGIN;",
    `CREATE TABLE public.${TABLE} (n integer PRIMARY KEY, word text NOT NULL);`,
    `INSERT INTO public.${TABLE} SELECT n, ${word} FROM generate_series(1, ${rows}) AS n;`,
    "COMMIT;",
  ].join("\n");
}

export const HAS_TABLE = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1, 2;";

export const READ_BACK = `SELECT count(*), md5(string_agg(n || ' ' || word, ',' ORDER BY n)) FROM public.${TABLE};`;

export const sameRows = (a: Rows, b: Rows): boolean => a.rows === b.rows && a.checksum === b.checksum;

export const rowsText = ({ rows, checksum }: Rows): string => `${rows} rows, MD5 ${checksum}`;
