/**
 * The little of SQL that a recovery speaks: roles, counts, rows, the state of recovery. A statement that is not known is
 * an error and counts as a stray call: the rehearsal fails instead of pretending.
 */
import { createHash } from "node:crypto";
import { Before, copyIn, copyOut, typeOf, withoutRows } from "./sql-rows.ts";
import { commit, type Database, type Row, segmentName, type Table, verifierOf } from "./database.ts";

export interface Session {
  readonly database: Database;
  readonly user: string;
  readonly now: number;
  /** Temporary tables of this session. */
  readonly temporary: Set<string>;
  /** Rows that the script brings along. */
  readonly copied?: readonly string[];
  /** Closes the open segment, which is archived a moment later; its name. */
  readonly closeSegment: () => string;
}

export type SqlOutcome =
  | { readonly ok: true; readonly rows: readonly (readonly string[])[] }
  | { readonly ok: false; readonly message: string; readonly unknown?: boolean };

/** Runs a script statement by statement and stops at the first error. */
export function runScript(session: Session, script: string): SqlOutcome {
  const rows: (readonly string[])[] = [];
  const { text, rows: copied } = withoutRows(script);
  // One that is cut before its COMMIT is rolled back when the connection ends.
  let before: Before | undefined;
  for (const statement of statements(text)) {
    if (/^(?:BEGIN|START TRANSACTION)\b/i.test(statement)) before = new Before(session.database);
    if (/^COMMIT\b/i.test(statement)) before = undefined;
    const outcome = runStatement({ ...session, copied }, statement);
    if (!outcome.ok) {
      before?.restore();
      return outcome;
    }
    rows.push(...outcome.rows);
  }
  before?.restore();
  return { ok: true, rows };
}

/** Cuts at semicolons outside of quotes and dollar quotes. */
export function statements(script: string): string[] {
  const found: string[] = [];
  const token = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|;|[^'"$;-]+|[-$'"]/g;
  let statement = "";
  for (const [part] of script.matchAll(token)) {
    if (part === ";") {
      found.push(statement);
      statement = "";
    } else if (!part.startsWith("--")) statement += part;
  }
  return [...found, statement].map((text) => text.trim()).filter((text) => text !== "");
}

const done: SqlOutcome = { ok: true, rows: [] };
const failed = (message: string): SqlOutcome => ({ ok: false, message });
const value = (text: string | number): SqlOutcome => ({ ok: true, rows: [[String(text)]] });

function runStatement(session: Session, statement: string): SqlOutcome {
  if (/^(?:SET|BEGIN|COMMIT|RESET|ROLLBACK|START TRANSACTION)\b/i.test(statement)) return done;
  if (/^SHOW server_version$/i.test(statement)) return value(session.database.version);
  if (/^DO\s/i.test(statement)) return grantOwners(session, statement);
  if (/^(?:ALTER|CREATE)\s+ROLE\b/i.test(statement)) return changeRole(session, statement);
  if (/^CREATE\s+TEMP(?:ORARY)?\s+TABLE\b/i.test(statement)) return makeTemporary(session, statement);
  const query = /^COPY\s*\(([\s\S]*)\)\s*TO\s+STDOUT$/i.exec(statement)?.[1];
  if (query !== undefined) return runStatement(session, query.trim());
  if (/^COPY\s/i.test(statement)) return copyRows(session, statement);
  if (/^ALTER\s+TABLE\b/i.test(statement)) return changeTable(session, statement);
  if (/^CREATE\s+TABLE\b/i.test(statement)) return makeTable(session, statement);
  if (/^INSERT\s+INTO\b/i.test(statement)) return insert(session, statement);
  if (/^SELECT\b/i.test(statement)) return select(session, statement.replace(/\s+/g, " "));
  return { ok: false, unknown: true, message: `syntax error at or near "${statement.split(/\s/, 1)[0] ?? ""}"` };
}

const IDENTIFIER = `(?:"(?:[^"]|"")+"|[A-Za-z_][\\w]*)`;
const bare = (name: string): string =>
  name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
const literal = (text: string): string =>
  text.startsWith("E")
    ? text.slice(2, -1).replaceAll("''", "'").replaceAll("\\\\", "\\")
    : text.slice(1, -1).replaceAll("''", "'");

const isSuperuser = ({ database, user }: Session): boolean =>
  database.roles[user]?.flags.includes("superuser") === true;

function changeRole(session: Session, statement: string): SqlOutcome {
  const found = new RegExp(`^(ALTER|CREATE)\\s+ROLE\\s+(${IDENTIFIER})\\s+(?:WITH\\s+)?([\\s\\S]*)$`, "i").exec(
    statement,
  );
  const [, verb = "", name = "", options = ""] = found ?? [];
  const role = bare(name);
  const { database } = session;
  if (database.inRecovery) return failed(`cannot execute ${verb.toUpperCase()} ROLE in a read-only transaction`);
  if (!isSuperuser(session)) return failed("permission denied to alter role");
  const before = database.roles[role];
  if (verb.toUpperCase() === "ALTER" && before === undefined) return failed(`role "${role}" does not exist`);
  if (verb.toUpperCase() === "CREATE" && before !== undefined) return failed(`role "${role}" already exists`);
  const password = /PASSWORD\s+(E?'(?:[^']|'')*')/i.exec(options)?.[1];
  const flags = (["superuser", "createdb", "createrole", "replication"] as const).filter((flag) =>
    new RegExp(`\\b${flag}\\b`, "i").test(options.replace(/'(?:[^']|'')*'/g, "")),
  );
  const verifier = password === undefined ? (before?.verifier ?? "") : verifierOf(role, literal(password));
  const made = { verifier, flags: [...new Set([...(before?.flags ?? []), ...flags])] };
  commit(database, { is: "role", at: session.now, name: role, role: { ...before, ...made } });
  return done;
}

/** The block that makes a new role a member of every role that owns a table. */
function grantOwners(session: Session, statement: string): SqlOutcome {
  const to = /format\('GRANT %I TO %I', owner, ('(?:[^']|'')*')\)/.exec(statement)?.[1];
  const name = to === undefined ? "" : literal(to);
  const role = session.database.roles[name];
  if (role === undefined) return { ok: false, unknown: true, message: "the block is not understood" };
  const owners = [...new Set(Object.values(session.database.tables).map((table) => table.owner))];
  commit(session.database, { is: "role", at: session.now, name, role: { ...role, memberOf: owners } });
  return done;
}

function makeTemporary(session: Session, statement: string): SqlOutcome {
  const name = new RegExp(`TABLE\\s+(${IDENTIFIER})`, "i").exec(statement)?.[1] ?? "";
  if (session.database.inRecovery) return failed("cannot execute CREATE TABLE in a read-only transaction");
  session.temporary.add(bare(name));
  return done;
}

/** A table of the schema that everything here lies in. */
const TABLE = `(?:(?:"public"|public)\\.)?(${IDENTIFIER})`;

/** `COPY NAME (COLUMNS) FROM rows N` and `COPY NAME TO STDOUT`. */
function copyRows({ database, now, copied = [] }: Session, statement: string): SqlOutcome {
  const [, name = "", list = "", at] =
    new RegExp(`^COPY ${TABLE}(?: \\(([^()]*)\\))? (?:FROM rows (\\d+)|TO STDOUT)$`, "i").exec(statement) ?? [];
  const table = database.tables[bare(name)];
  if (table === undefined) return failed(`relation "${bare(name)}" does not exist`);
  if (at === undefined) return { ok: true, rows: copyOut(table).map((line) => [line]) };
  const columns = list.split(",").map((each) => bare(each.trim()));
  copyIn(database, { name: bare(name), columns, data: copied[Number(at)] ?? "", now });
  return done;
}

const RENAME = new RegExp(`^ALTER\\s+TABLE\\s+${TABLE}\\s+RENAME\\s+TO\\s+(${IDENTIFIER})$`, "i");
/** Nothing here breaks a constraint. */
const CONSTRAINT = new RegExp(`^ALTER\\s+TABLE\\s+ONLY\\s+${TABLE}\\s+ADD\\s+CONSTRAINT\\s`, "i");

function changeTable({ database, now }: Session, statement: string): SqlOutcome {
  const [, from = "", to] = RENAME.exec(statement) ?? CONSTRAINT.exec(statement) ?? [];
  if (from === "") return { ok: false, unknown: true, message: "the change of the table is not understood" };
  if (database.tables[bare(from)] === undefined) return failed(`relation "${bare(from)}" does not exist`);
  if (to !== undefined) commit(database, { is: "renamed", at: now, name: bare(from), to: bare(to) });
  return done;
}

const COLUMN_TYPES = /\b(?:integer|text|timestamptz|timestamp with time zone)\b/i;

function makeTable({ database, user, now }: Session, statement: string): SqlOutcome {
  const found = new RegExp(`^CREATE\\s+TABLE\\s+${TABLE}\\s*\\(([^()]*)\\)$`, "i").exec(statement);
  const [, table = "", list = ""] = found ?? [];
  const columns = list.split(",").map((each) => each.trim());
  if (found === null || !columns.every((each) => COLUMN_TYPES.test(each)))
    return { ok: false, unknown: true, message: "the table is not understood" };
  if (database.inRecovery) return failed("cannot execute CREATE TABLE in a read-only transaction");
  const name = bare(table);
  if (database.tables[name] !== undefined) return failed(`relation "${name}" already exists`);
  const names = columns.map((each) => bare(each.split(/\s/, 1)[0] ?? ""));
  commit(database, { is: "table", at: now, name, owner: user, columns: names });
  return done;
}

/** Rows that a series of numbers tells: `(n, md5('WORD' || ' ' || n))`, as a drill writes them. */
const SERIES = new RegExp(
  `^INSERT\\s+INTO\\s+(?:public\\.)?(${IDENTIFIER})\\s+SELECT n, md5\\(('(?:[^']|'')*') \\|\\| ' ' \\|\\| n\\) FROM generate_series\\(1, (\\d+)\\) AS n$`,
  "i",
);

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

function insertSeries({ database, now }: Session, found: RegExpExecArray): SqlOutcome {
  const [, name = "", word = "", count] = found;
  const table = database.tables[bare(name)];
  const [number, text, more] = table?.columns ?? [];
  if (table === undefined) return failed(`relation "${bare(name)}" does not exist`);
  if (number === undefined || text === undefined || more !== undefined)
    return failed("INSERT has another number of target columns than expressions");
  const rows = Array.from({ length: Number(count) }, (_, index) => {
    const n = index + 1;
    return { at: now, values: { [number]: n, [text]: md5(`${literal(word)} ${n}`) } };
  });
  commit(database, { is: "rows", at: now, table: bare(name), rows });
  return done;
}

function insert(session: Session, statement: string): SqlOutcome {
  const series = SERIES.exec(statement);
  if (series !== null && !session.database.inRecovery) return insertSeries(session, series);
  const name = bare(new RegExp(`INTO\\s+(${IDENTIFIER})`, "i").exec(statement)?.[1] ?? "");
  if (session.temporary.has(name)) return done;
  if (session.database.inRecovery) return failed("cannot execute INSERT in a read-only transaction");
  return session.database.tables[name] === undefined
    ? failed(`relation "${name}" does not exist`)
    : { ok: false, unknown: true, message: "the rehearsal's applications write by themselves" };
}

function select(session: Session, statement: string): SqlOutcome {
  const { database } = session;
  if (/^SELECT 1$/i.test(statement)) return value(1);
  if (/^SELECT pg_is_in_recovery\(\)$/i.test(statement)) return value(database.inRecovery ? "t" : "f");
  if (STANDING.test(statement)) return standing(session);
  if (TIMELINE.test(statement)) return timeline(session, statement);
  if (SWITCH.test(statement)) return switchSegment(session, statement);
  if (/\bpg_control_system\(\)/i.test(statement)) return controlSystem(database, statement);
  if (/^SELECT pg_catalog\.set_config\(/i.test(statement)) return value("");
  if (/^SELECT count\(\*\) FROM pg_catalog\.pg_stat_activity WHERE application_name = '/i.test(statement))
    return value(0);
  if (/\bFROM pg_(?:attribute|constraint)\b/i.test(statement)) return describeTable(database, statement);
  if (/\bFROM pg_roles\b/i.test(statement)) {
    return { ok: true, rows: Object.keys(database.roles).map((name) => [name]) };
  }
  if (/\bFROM pg_database\b.*\bFROM pg_class\b.*\bFROM pg_largeobject_metadata\b/i.test(statement)) {
    const names = Object.keys(database.tables).sort();
    return { ok: true, rows: names.map((name) => ["table", `public.${name}`]) };
  }
  if (/\bFROM pg_tables\b/i.test(statement)) {
    const names = Object.keys(database.tables).sort();
    return { ok: true, rows: names.map((name) => (/schemaname,/i.test(statement) ? ["public", name] : [name])) };
  }
  return selectFromTable(session, statement);
}

/** Columns with their types, and the key, as a dump asks for them. */
function describeTable({ tables }: Database, statement: string): SqlOutcome {
  const name = new RegExp(`= '${TABLE}'::regclass`, "i").exec(statement)?.[1] ?? "";
  const table = tables[bare(name)];
  if (table === undefined) return failed(`relation "${bare(name)}" does not exist`);
  const [key = ""] = table.columns;
  if (/\bFROM pg_constraint\b/i.test(statement))
    return { ok: true, rows: [[`${bare(name)}_pkey`, `PRIMARY KEY (${key})`]] };
  return { ok: true, rows: table.columns.map((each) => [each, typeOf(table, each), each === key ? "t" : "f"]) };
}

/** The function came with PostgreSQL 9.6. */
function controlSystem(database: Database, statement: string): SqlOutcome {
  if (database.version.startsWith("9.5")) return failed("function pg_control_system() does not exist");
  const recovering = database.inRecovery ? "t" : "f";
  return { ok: true, rows: [/pg_is_in_recovery/i.test(statement) ? [recovering, database.sysid] : [database.sysid]] };
}

const STANDING =
  /^SELECT pg_catalog\.pg_is_in_recovery\(\), pg_catalog\.current_setting\('server_version_num'\), pg_catalog\.encode\(pg_catalog\.pg_read_binary_file\('global\/pg_control', 0, 8\), 'hex'\)$/i;

/** pg_control begins with the system identifier, least byte first; only superusers read files. */
function standing(session: Session): SqlOutcome {
  const { database } = session;
  if (!isSuperuser(session)) return failed("permission denied for function pg_read_binary_file");
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(database.sysid));
  const [major = 0, minor = 0, patch = 0] = database.version.split(".").map(Number);
  const number = major >= 10 ? major * 10_000 + minor : major * 10_000 + minor * 100 + patch;
  return { ok: true, rows: [[database.inRecovery ? "t" : "f", String(number), bytes.toString("hex")]] };
}

const TIMELINE =
  /^SELECT pg_catalog\.pg_(xlog|wal)file_name\(pg_catalog\.(?:pg_current_xlog_location|pg_current_wal_lsn)\(\)\), pg_catalog\.encode\(pg_catalog\.pg_read_binary_file\(pg_catalog\.concat\('pg_\1\/', pg_catalog\.substr\(.+, 1, 8\), '\.history'\), 0, 65536, true\), 'hex'\)$/i;

/** The segment that is written now, and the history of its timeline; null, which psql shows as nothing, on the first. */
function timeline(session: Session, statement: string): SqlOutcome {
  const { database } = session;
  const renamed = Number.parseInt(database.version, 10) >= 10;
  if (/pg_walfile_name/i.test(statement) !== renamed) return failed("function does not exist");
  if (!isSuperuser(session)) return failed("permission denied for function pg_read_binary_file");
  if (database.inRecovery) return failed("recovery is in progress");
  const history = Buffer.from(database.history).toString("hex");
  return { ok: true, rows: [[segmentName(database.timeline, database.segment), history]] };
}

const SWITCH = /^SELECT pg_(?:xlog|wal)file_name\(pg_switch_(?:xlog|wal)\(\)\)$/i;

/** PostgreSQL 10 renamed both functions; only superusers may. */
function switchSegment(session: Session, statement: string): SqlOutcome {
  const { database } = session;
  const renamed = Number.parseInt(database.version, 10) >= 10;
  if (/wal/i.test(statement) !== renamed) return failed("function does not exist");
  if (!isSuperuser(session)) return failed("permission denied for function pg_switch_xlog");
  if (database.inRecovery) return failed("recovery is in progress");
  return value(session.closeSegment());
}

const SELECT = new RegExp(
  `^SELECT (.+?) FROM (?:(${IDENTIFIER})\\.)?(${IDENTIFIER})(?: ORDER BY (${IDENTIFIER})( DESC)?)?(?: LIMIT (\\d+))?$`,
  "i",
);

function selectFromTable(session: Session, statement: string): SqlOutcome {
  const found = SELECT.exec(statement);
  const [, list = "", schema = "public", name = "", order, descending, limit] = found ?? [];
  if (found === null) return { ok: false, unknown: true, message: "the rehearsal's database does not know this query" };
  const table = bare(schema) === "public" ? session.database.tables[bare(name)] : undefined;
  if (table === undefined) return failed(`relation "${bare(name)}" does not exist`);
  if (!mayRead(session, table)) return failed(`permission denied for relation ${bare(name)}`);
  const rows = sorted(table.rows, order === undefined ? undefined : bare(order), descending !== undefined);
  return project(table, rows.slice(0, limit === undefined ? undefined : Number(limit)), list);
}

function mayRead(session: Session, table: Table): boolean {
  const role = session.database.roles[session.user];
  return isSuperuser(session) || table.owner === session.user || role?.memberOf?.includes(table.owner) === true;
}

function sorted(rows: readonly Row[], column: string | undefined, descending: boolean): readonly Row[] {
  if (column === undefined) return rows;
  const compare = (a: Row, b: Row) => ((a.values[column] ?? "") < (b.values[column] ?? "") ? -1 : 1);
  const ascending = [...rows].sort(compare);
  return descending ? ascending.reverse() : ascending;
}

function project(table: Table, rows: readonly Row[], list: string): SqlOutcome {
  const together = CHECKSUM.exec(list);
  if (together !== null) return checksum(table, rows, together);
  const wanted = list.split(",").map((each) => each.trim());
  if (wanted.every((each) => /^(?:count|max|min)\(/i.test(each))) {
    const cells = wanted.map((each) => aggregate(rows, each));
    return { ok: true, rows: [cells] };
  }
  const columns = list.trim() === "*" ? table.columns : wanted.map(bare);
  const missing = columns.find((column) => !table.columns.includes(column));
  if (missing !== undefined) return failed(`column "${missing}" does not exist`);
  return { ok: true, rows: rows.map((row) => columns.map((column) => String(row.values[column] ?? ""))) };
}

/** Count and MD5 over two columns in the order of the first. */
const CHECKSUM = /^count\(\*\), md5\(string_agg\((\w+) \|\| ' ' \|\| (\w+), ',' ORDER BY \1\)\)$/i;

function checksum(table: Table, rows: readonly Row[], [, first = "", second = ""]: RegExpExecArray): SqlOutcome {
  const missing = [first, second].find((column) => !table.columns.includes(column));
  if (missing !== undefined) return failed(`column "${missing}" does not exist`);
  const ordered = [...rows].sort((a, b) => Number(a.values[first]) - Number(b.values[first]));
  const text = ordered.map(({ values }) => `${values[first] ?? ""} ${values[second] ?? ""}`).join(",");
  // An aggregate over no rows is null, which psql shows as nothing.
  return { ok: true, rows: [[String(rows.length), rows.length === 0 ? "" : md5(text)]] };
}

function aggregate(rows: readonly Row[], call: string): string {
  const [, kind = "", column = ""] = /^(\w+)\(([^)]*)\)/.exec(call) ?? [];
  if (kind.toLowerCase() === "count") return String(rows.length);
  const values = rows.map((row) => row.values[bare(column)] ?? "");
  const better = (a: string | number, b: string | number) => (kind.toLowerCase() === "max" ? b > a : b < a);
  const [first, ...rest] = values;
  return String(rest.reduce((best, each) => (better(best, each) ? each : best), first ?? ""));
}
