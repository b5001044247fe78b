/**
 * `psql` and `pg_dump` as far as a recovery calls them: the package of binaries has neither. Any other call ends with 1
 * and says so, like a program that does not know an option.
 */
import { archived } from "../box-archive.ts";
import { type Ended, ended } from "../ended.ts";
import { type Ask, type Rows, ServerRefusal } from "./login.ts";

export interface ClientCall {
  readonly program: string;
  readonly args: readonly string[];
  readonly stdin: string;
  /** PGHOST and PGUSER. */
  readonly host: string;
  readonly user: string;
}

const NO_CONNECTION = 2;
const SCRIPT_ERROR = 3;

/** psql 11, Exit Status: 2 when the connection went bad, 3 for an error in a script with ON_ERROR_STOP, else 1. */
export async function psql(call: ClientCall, ask: Ask): Promise<Ended> {
  const script = scriptOf(call);
  if (script === undefined) return unknownCall(call);
  try {
    const rows = await ask({ directory: call.host, user: call.user, database: script.database }, script.sql);
    return ended(0, rows.map((row) => `${row.join("\t")}\n`).join(""));
  } catch (thrown) {
    if (!(thrown instanceof ServerRefusal)) throw thrown;
    if (thrown.atLogin) return ended(NO_CONNECTION, "", `psql: ${thrown.message}\n`);
    return ended(script.isFile ? SCRIPT_ERROR : 1, "", `psql:<stdin>:1: ${thrown.message}\n`);
  }
}

const ROWS_ALONE = ["-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d"] as const;

function scriptOf({ args, stdin }: ClientCall): { database: string; sql: string; isFile: boolean } | undefined {
  const [x, d, name, c, sql, ...more] = args;
  if (x === "-X" && d === "-d" && c === "-c" && name !== undefined && sql !== undefined && more.length === 0)
    return { database: name, sql, isFile: false };
  if (!ROWS_ALONE.every((word, at) => args[at] === word) || args.length !== ROWS_ALONE.length + 1) return undefined;
  return { database: databaseIn(args[ROWS_ALONE.length] ?? ""), sql: stdin, isFile: true };
}

/** `dbname='…'`, in which `\` and `'` have a `\` before them. */
function databaseIn(connection: string): string {
  const quoted = /^dbname='((?:[^'\\]|\\.)*)'$/s.exec(connection)?.[1];
  return quoted === undefined ? connection : quoted.replace(/\\(.)/gs, "$1");
}

function unknownCall({ program, args }: ClientCall): Ended {
  return ended(1, "", `${program}: the rehearsal's ${program} is not called like this: ${args.join(" ")}\n`);
}

interface Dumping {
  readonly tables: readonly string[];
  readonly database: string;
}

const DUMP_OPTIONS = ["-F", "c", "-E", "UTF8", "-x", "--no-security-labels"] as const;

/** Tables of plain columns with their rows and constraints, in the order in which pg_restore sends them. */
export async function pgDump(call: ClientCall, ask: Ask): Promise<Ended> {
  const order = dumpingOf(call.args);
  if (order === undefined) return unknownCall(call);
  const login = { directory: call.host, user: call.user, database: order.database };
  try {
    const pieces = [];
    for (const table of order.tables) pieces.push(await dumped((sql) => ask(login, sql), table));
    const text = [HEAD, ...pieces.map(({ table }) => table), ...pieces.map(({ rows }) => rows)].join("\n");
    return ended(0, archived(`${text}\n${pieces.map(({ constraints }) => constraints).join("")}`));
  } catch (thrown) {
    if (thrown instanceof ServerRefusal) return ended(1, "", `pg_dump: ${thrown.message}\n`);
    throw thrown;
  }
}

function dumpingOf(args: readonly string[]): Dumping | undefined {
  if (!DUMP_OPTIONS.every((word, at) => args[at] === word)) return undefined;
  const tables: string[] = [];
  let rest = args.slice(DUMP_OPTIONS.length);
  for (; rest[0] === "-t" && rest[1] !== undefined; rest = rest.slice(2)) tables.push(rest[1]);
  const [d, connection, ...more] = rest;
  if (d !== "-d" || connection === undefined || more.length > 0) return undefined;
  return tables.length === 0 ? undefined : { tables, database: databaseIn(connection) };
}

const HEAD = `SET statement_timeout = 0;
SET lock_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET client_min_messages = warning;
SET row_security = off;
`;

/** One statement, so that a stand-in of the server can know it: name, type, whether it must have a value. */
export const COLUMNS_OF = (table: string): string =>
  `SELECT quote_ident(attname), format_type(atttypid, atttypmod), attnotnull FROM pg_attribute WHERE attrelid = '${table.replaceAll("'", "''")}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum;`;
export const CONSTRAINTS_OF = (table: string): string =>
  `SELECT quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = '${table.replaceAll("'", "''")}'::regclass ORDER BY conname;`;
export const ROWS_OF = (table: string): string => `COPY ${table} TO STDOUT;`;

async function dumped(ask: (sql: string) => Promise<Rows>, table: string) {
  const columns = await ask(COLUMNS_OF(table));
  const constraints = await ask(CONSTRAINTS_OF(table));
  const rows = await ask(ROWS_OF(table));
  const lines = columns.map(
    ([name = "", type = "", needed]) => `    ${name} ${type}${needed === "t" ? " NOT NULL" : ""}`,
  );
  const names = columns.map(([name = ""]) => name).join(", ");
  return {
    table: `CREATE TABLE ${table} (\n${lines.join(",\n")}\n);\n`,
    rows: `COPY ${table} (${names}) FROM stdin;\n${rows.map(([row = ""]) => `${row}\n`).join("")}\\.\n`,
    constraints: constraints
      .map(([name = "", definition = ""]) => `ALTER TABLE ONLY ${table} ADD CONSTRAINT ${name} ${definition};\n`)
      .join(""),
  };
}
