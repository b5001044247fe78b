/**
 * Tables as an operator names them: `visits`, `shop.visits`, `"Odd.Name"`. A name without quotes is taken as it is
 * written.
 */
import { type RecoverError, refuse } from "../../../errors.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { quoteIdentifier } from "../../../kit/sql/quoting.ts";

export interface TableName {
  readonly schema: string;
  readonly table: string;
}

const PART = `(?:"((?:[^"]|"")+)"|([^".]+))`;
const NAME = new RegExp(`^${PART}(?:\\.${PART})?$`);
/** PostgreSQL cuts longer ones. */
const LONGEST_BYTES = 63;

/** Errors: `input-invalid`. */
export function tableNames(given: readonly string[], intoSchema: string): readonly TableName[] {
  if (given.length === 0) throw invalid("no table is named", "tables");
  requirePlain(intoSchema);
  const names = given.map(tableName);
  const made = names.map(({ schema, table }) => JSON.stringify([intoSchema || schema, table]));
  const twice = given.find((_, index) => made.indexOf(made[index] ?? "") !== index);
  if (twice !== undefined) throw invalid(`${quoted(twice)} would be loaded twice under the same name`, "tables");
  return names;
}

function tableName(text: string): TableName {
  const found = NAME.exec(text.trim());
  if (found === null) throw invalid(`${quoted(text)} is not the name of a table`, "tables");
  const [, firstQuoted, first = "", secondQuoted, second] = found;
  const one = firstQuoted?.replaceAll('""', '"') ?? first;
  const two = secondQuoted?.replaceAll('""', '"') ?? second;
  const name = two === undefined ? { schema: "public", table: one } : { schema: one, table: two };
  requirePlain(name.schema);
  requirePlain(name.table);
  return name;
}

/** A line break in a name could end a comment of a dump, and begin a command behind it. */
function requirePlain(name: string): void {
  if (/\p{Cc}/u.test(name)) throw invalid(`${quoted(name)} has a control character`, "tables");
  if (Buffer.byteLength(name) > LONGEST_BYTES) throw invalid(`${quoted(name)} is longer than a name can be`, "tables");
}

function invalid(message: string, place: string): RecoverError {
  return refuse("input-invalid", message)
    .at(place)
    .advise("Name tables as --input tables=visits,shop.orders, and a schema by its bare name.");
}

export const nameText = ({ schema, table }: TableName): string => `${schema}.${table}`;

export const nameSql = ({ schema, table }: TableName): string => `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;

export const sameName = (a: TableName, b: TableName): boolean => a.schema === b.schema && a.table === b.table;
