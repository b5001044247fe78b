/** Tables that are loaded from a dump: rows of a COPY, and a transaction that takes effect as a whole or not at all. */
import { commit, type Database, type Row, type Table } from "./database.ts";

const COPY = /^COPY (.+?) FROM stdin;\n([\s\S]*?)^\\\.$/gm;

export interface Script {
  readonly text: string;
  /** Of each COPY, in place of which the text has `COPY … FROM rows N`. */
  readonly rows: readonly string[];
}

/** Rows are no statements: a semicolon in them ends nothing. */
export function withoutRows(script: string): Script {
  const rows: string[] = [];
  const text = script.replace(COPY, (_all, target: string, data: string) => {
    rows.push(data);
    return `COPY ${target} FROM rows ${rows.length - 1};`;
  });
  return { text, rows };
}

/** The state before a transaction, to which a failure goes back. */
export class Before {
  readonly #database: Database;
  readonly #tables: Database["tables"];
  readonly #roles: Database["roles"];
  readonly #open: number;

  constructor(database: Database) {
    this.#database = database;
    this.#tables = { ...database.tables };
    this.#roles = { ...database.roles };
    this.#open = database.open.length;
  }

  restore(): void {
    this.#database.tables = this.#tables;
    this.#database.roles = this.#roles;
    this.#database.open.length = this.#open;
  }
}

/** Into a table's columns in their order. */
export function copyIn(
  database: Database,
  { name, columns, data, now }: { name: string; columns: readonly string[]; data: string; now: number },
): void {
  const rows = data
    .split("\n")
    .slice(0, -1)
    .map((line): Row => {
      const cells = line.split("\t").map(plain);
      return { at: now, values: Object.fromEntries(columns.map((column, at) => [column, cellOf(cells[at] ?? "")])) };
    });
  commit(database, { is: "rows", at: now, table: name, rows });
}

const cellOf = (text: string): string | number => (/^-?\d{1,15}$/.test(text) ? Number(text) : text);

const ESCAPES: Readonly<Record<string, string>> = { t: "\t", n: "\n", "\\": "\\" };

const plain = (cell: string): string => cell.replace(/\\([tn\\])/g, (_all, letter: string) => ESCAPES[letter] ?? "");

const escaped = (cell: string): string => cell.replaceAll("\\", "\\\\").replaceAll("\t", "\\t").replaceAll("\n", "\\n");

/** Lines as COPY … TO STDOUT writes them. */
export const copyOut = ({ columns, rows }: Table): string[] =>
  rows.map(({ values }) => columns.map((column) => escaped(String(values[column] ?? ""))).join("\t"));

/** As the catalogs name a column's type. */
export function typeOf({ rows }: Table, column: string): string {
  if (column.endsWith("_at")) return "timestamp with time zone";
  return rows.every(({ values }) => typeof values[column] === "number") && rows.length > 0 ? "integer" : "text";
}
