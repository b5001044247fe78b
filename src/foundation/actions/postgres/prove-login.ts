import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { psqlByKey } from "../cf/printed-credentials.ts";
import { targetInput } from "../docker/target-container.ts";
import { whereEmpty } from "../../../kit/commands/printed-cases.ts";
import { type Application, awaitWritable, openApplication, rowsOf } from "./application.ts";
import { quoteIdentifier } from "../../../kit/sql/quoting.ts";
import { requireSanityQuery } from "../../../kit/sql/sanity-query.ts";
import { named, onOneLine } from "../../../kit/text/printable.ts";

const TABLES_COUNTED = 50;

const input = z.strictObject({ ...targetInput, key_guid: z.string(), sanity_query: z.string() });
const output = z.object({
  router: z.string(),
  user: z.string(),
  tables: z.array(z.object({ table: z.string(), rows: z.number().nullable() })),
  sanity: z.array(z.array(z.string())),
});
type Output = z.infer<typeof output>;

/** One statement for the step's questions table by table. It leaves out tables that the application may not read. */
const COUNT_ALL =
  "SELECT format('%I.%I', schemaname, tablename), substring(query_to_xml(format('SELECT count(*) AS n FROM %I.%I', schemaname, tablename), false, true, '')::text FROM '<n>([0-9]+)</n>') FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND has_schema_privilege(schemaname, 'USAGE') AND has_table_privilege(format('%I.%I', schemaname, tablename), 'SELECT') ORDER BY 1;";

/** Logs in as an application would: fresh service key, router address; reads and writes (dingo.md §3.8.6). */
export const proveLogin = defineAction({
  id: "postgres.prove-login",
  title: "Log in through the router as an application would, and read the data",
  effect: "read",
  input,
  output,
  tell: (found) =>
    [
      `as ${found.user} through ${found.router}`,
      ...found.tables.map(({ table, rows }) => `${named(table)}: ${readableRowsText(rows)}`),
      ...found.sanity.map((row) => `sanity query: ${onOneLine(row.join(" | "))}`),
    ].join("\n"),
  describe: ({ sanity_query, key_guid }) =>
    whereEmpty(sanity_query, {
      empty: [psqlByKey(key_guid, COUNT_ALL)],
      given: [psqlByKey(key_guid, sanity_query, { readOnly: true })],
    }),
  async run(context, target): Promise<Output> {
    requireSanityQuery(target.sanity_query);
    const application = await openApplication(context, target);
    await awaitWritable(context, application);
    const names = await rowsOf(
      application,
      `SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2 LIMIT ${TABLES_COUNTED};`,
    );
    const tables = await countRows(application, names);
    const sanity = target.sanity_query.trim() === "" ? [] : await rowsOf(application, readOnly(target.sanity_query));
    return { router: application.router, user: application.user, tables, sanity: sanity.map((row) => [...row]) };
  },
  async verify(context, target) {
    const { router, login } = await openApplication(context, target);
    const answer = await login("SELECT 1;");
    const how = answer.ok ? "works" : `fails: ${answer.message}`;
    return { holds: answer.ok, evidence: `the login through ${router} ${how}` };
  },
});

/** The operator's query cannot change anything. */
function readOnly(sql: string): string {
  return `SET default_transaction_read_only = on;\n${sql.trimEnd().replace(/;?$/, ";")}`;
}

/** Table by table: if one may not be read by the application, the others still count. */
async function countRows(
  { login }: Application,
  names: readonly (readonly string[])[],
): Promise<{ table: string; rows: number | null }[]> {
  const tables: { table: string; rows: number | null }[] = [];
  for (const [schema = "", name = ""] of names) {
    const counted = await login(`SELECT count(*) FROM ${quoteIdentifier(schema)}.${quoteIdentifier(name)};`);
    const rows = counted.ok ? Number(counted.rows.at(-1)?.[0]) : Number.NaN;
    tables.push({ table: `${schema}.${name}`, rows: Number.isNaN(rows) ? null : rows });
  }
  return tables;
}

/** Rows of tables as the application sees them: null for a table that it may not read. */
export const readableRowsText = (rows: number | null): string =>
  rows === null ? "not readable for the application" : `${rows} rows`;
