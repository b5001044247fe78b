import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { type RecoverError, refuse } from "../../../errors.ts";
import { printedWithInput, psqlInto } from "../../../kit/commands/host-commands.ts";
import { openTarget, targetInput } from "../docker/target-container.ts";
import { countsText, countTables, tableRows } from "../../../archive/actions/scratch/row-counts.ts";
import { nameText, tableNames } from "../../../archive/actions/scratch/table-names.ts";
import { inDatabase } from "./in-database.ts";
import { quoteIdentifier, quoteLiteral } from "../../../kit/sql/quoting.ts";
import { quoted } from "../../../kit/text/printable.ts";

const input = z.strictObject({
  ...targetInput,
  database: z.string(),
  tables: z.array(z.string()),
  into_schema: z.string(),
});
const output = z.object({ database: z.string(), tables: z.array(tableRows) });
type Output = z.infer<typeof output>;

/** The living database's data are never overwritten: its tables are shown before anything is made. */
export const countLiving = defineAction({
  id: "postgres.count-tables",
  title: "Look at the tables in the living database",
  effect: "read",
  input,
  output,
  tell: ({ database, tables }) => `${countsText(tables)} in ${quoted(database)}`,
  // psql itself quotes the schema, so that any name fits in there.
  describe: ({ container, cell, database, tables, into_schema }) =>
    tableNames(tables, into_schema).map((each) => ({
      on: cell,
      line: printedWithInput(
        [...psqlInto(container, database), "-v", `schema=${each.schema}`],
        `SELECT count(*) FROM :"schema".${quoteIdentifier(each.table)};`,
      ),
    })),
  async run(context, request): Promise<Output> {
    const { into_schema: into, database, container } = request;
    const names = tableNames(request.tables, into);
    const { cell } = await openTarget(context, request);
    const ask = (sql: string) => cell.sql.socket(container, inDatabase(database, sql));
    const tables = await countTables(ask, names);
    const there = tables.filter(({ rows }) => rows !== null).map(nameText);
    if (into === "" && there.length > 0) throw taken(`${there.join(", ")} is in the living database`);
    if (into !== "" && (await ask(`SELECT 1 FROM pg_namespace WHERE nspname = ${quoteLiteral(into)};`)).length > 0)
      throw taken(`the living database has a schema "${into}"`);
    return { database, tables };
  },
  // The living service goes on writing: the load looks at the tables again.
  verify: () => Promise.resolve({ holds: true, evidence: "the load looks at the tables again" }),
});

function taken(message: string): RecoverError {
  return refuse("name-taken", message)
    .at("into_schema")
    .advise("Nothing is overwritten. Begin anew with --input into_schema=NAME, a schema that is not there yet.");
}
