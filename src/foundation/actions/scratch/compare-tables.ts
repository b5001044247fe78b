import { z } from "zod";
import { defineAction, type ReviewRow } from "../../../action.ts";
import { refuse } from "../../../errors.ts";
import { psqlByKey } from "../cf/printed-credentials.ts";
import { targetInput } from "../docker/target-container.ts";
import { openApplication, rowsOf } from "../postgres/application.ts";
import { countTables, rowsText, tableRows, type TableRows } from "../../../archive/actions/scratch/row-counts.ts";
import { nameSql, nameText, sameName } from "../../../archive/actions/scratch/table-names.ts";

const input = z.strictObject({
  ...targetInput,
  key_guid: z.string(),
  database: z.string(),
  time: z.string(),
  stopped_before: z.string(),
  last_transaction: z.string(),
  /** Of the copy. */
  tables: z.array(tableRows),
  into_schema: z.string(),
});
type Input = z.infer<typeof input>;
const output = z.object({ rows: z.array(z.object({ label: z.string(), value: z.string() })) });

/** The one screen before anything is loaded: the same tables then and now. */
export const compareTables = defineAction({
  id: "scratch.compare-tables",
  title: "The tables in the copy and in the living database side by side",
  effect: "read",
  review: true,
  input,
  output,
  describe: ({ key_guid, tables }) =>
    tables.map((each) => psqlByKey(key_guid, `SELECT count(*) FROM ${nameSql(each)};`)),
  async run(context, request): Promise<z.infer<typeof output>> {
    requireThere(request);
    const application = await openApplication(context, request);
    const living = await countTables((sql) => rowsOf(application, sql), request.tables);
    return { rows: rows(request, living) };
  },
  // The living service goes on writing: the load looks again itself.
  verify: () => Promise.resolve({ holds: true, evidence: "the load looks at the tables again" }),
});

function requireThere({ tables, time }: Input): void {
  const absent = tables.filter((each) => each.rows === null).map(nameText);
  if (absent.length === 0) return;
  throw refuse("nothing-found", `the copy as of ${time} has no table ${absent.join(", ")}`)
    .at(absent[0] ?? "")
    .advise("Begin anew with an earlier --input time=…, or with the right schema: --input tables=SCHEMA.TABLE.");
}

function rows(request: Input, living: readonly TableRows[]): ReviewRow[] {
  const { tables, time, into_schema: into, last_transaction: last, stopped_before: next } = request;
  const compared = tables.flatMap((each) => {
    const now = living.find((other) => sameName(each, other)) ?? { rows: null };
    const name = nameText({ schema: into || each.schema, table: each.table });
    return [
      { label: nameText(each), value: `${rowsText(each)} as of ${time}; living: ${rowsText(now)}` },
      { label: "  loaded as", value: `${name}, made new, owned by the application` },
    ];
  });
  return [{ label: "copy", value: `its last transaction is of ${last}, the next one of ${next}` }, ...compared];
}
