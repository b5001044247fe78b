import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { refuse } from "../../../errors.ts";
import { psqlByKey } from "../cf/printed-credentials.ts";
import { targetInput } from "../docker/target-container.ts";
import { countsText, countTables, tableRows } from "../../../archive/actions/scratch/row-counts.ts";
import { nameSql, nameText } from "../../../archive/actions/scratch/table-names.ts";
import { awaitWritable, openApplication, rowsOf } from "./application.ts";

const input = z.strictObject({
  ...targetInput,
  key_guid: z.string(),
  database: z.string(),
  /** As they were dumped. */
  tables: z.array(tableRows),
});
const output = z.object({ router: z.string(), user: z.string(), tables: z.array(tableRows) });

/** The rows that an application reads are the proof: through the router, with the credentials of a service key. */
export const proveTables = defineAction({
  id: "postgres.prove-tables",
  title: "Count the rows through the router as the application",
  effect: "read",
  input,
  output,
  tell: (found) => `as ${found.user} through ${found.router}: ${countsText(found.tables)}`,
  describe: ({ key_guid, tables }) =>
    tables.map((each) => psqlByKey(key_guid, `SELECT count(*) FROM ${nameSql(each)};`)),
  async run(context, request): Promise<z.infer<typeof output>> {
    const application = await openApplication(context, request);
    await awaitWritable(context, application);
    const tables = await countTables((sql) => rowsOf(application, sql), request.tables);
    const { router, user } = application;
    // The application is at work again, so more rows are fine. Fewer count only here: later deletions are its own
    // affair.
    const less = tables.find(({ rows }, index) => (rows ?? -1) < (request.tables[index]?.rows ?? 0));
    if (less === undefined) return { router, user, tables };
    throw refuse("proof-failed", `${nameText(less)} has fewer rows than were dumped: ${countsText(tables)}`)
      .at(router)
      .advise("Keep the copy, and look at what the application has done with the table since; then resume.");
  },
  verify: () => Promise.resolve({ holds: true, evidence: "the application goes on writing" }),
});
