/**
 * The way back of a load: the tables that it made take another name, with all rows that were written to them since (law
 * 2).
 */
import type { Context, Taken, WayBack } from "../../../action.ts";
import { psqlByKey } from "../cf/printed-credentials.ts";
import { guardService, type Target } from "../docker/target-container.ts";
import { countsText, countTables, type TableRows } from "../../../archive/actions/scratch/row-counts.ts";
import { nameSql, type TableName } from "../../../archive/actions/scratch/table-names.ts";
import { type Application, openApplication, rowsOf } from "./application.ts";
import { quoteIdentifier } from "../../../kit/sql/quoting.ts";
import { refuse } from "../../../errors.ts";

interface Input extends Target {
  readonly name: string;
  readonly key_guid: string;
  readonly database: string;
  readonly tables: readonly TableRows[];
}

/** PostgreSQL cuts longer names. */
const LONGEST_BYTES = 63;

/** A name that says which run it was. */
export function asideName(table: string, run: string): string {
  const suffix = `.dingo-recover-${run}`;
  let kept = table;
  while (Buffer.byteLength(kept + suffix) > LONGEST_BYTES) kept = kept.slice(0, -1);
  return kept + suffix;
}

const renames = (tables: readonly TableName[], run: string): string =>
  tables
    .map((each) => `ALTER TABLE ${nameSql(each)} RENAME TO ${quoteIdentifier(asideName(each.table, run))};`)
    .join("\n");

export const undoLoad: WayBack<Input, unknown> = {
  effect: "disrupt",
  cost: "renames the loaded tables; what the application has written to them since goes with them",
  describe: ({ key_guid, tables }, run) => [psqlByKey(key_guid, renames(tables, run))],
  async guard(context, { input }) {
    await guardService(context, input);
    if (context.records("loading").length > 0) return;
    throw refuse("guard-refused", "the journal does not say that this run loaded the tables")
      .at(input.name)
      .advise("Nothing was renamed. Look at the tables by hand.");
  },
  async probe(context, taken) {
    const { there } = await look(context, taken);
    if (there.length === 0) return { state: "done", evidence: "none of the tables is there" };
    const state = there.length === taken.input.tables.length ? "not-done" : "partly";
    return { state, evidence: `there is ${countsText(there)}` };
  },
  async run(context, taken) {
    const { application, there } = await look(context, taken);
    if (there.length === 0) return;
    await context.beforeEffect();
    await rowsOf(application, `BEGIN;\n${renames(there, context.run.id)}\nCOMMIT;`);
  },
};

async function look(
  context: Context,
  { input }: Taken<Input, unknown>,
): Promise<{ readonly application: Application; readonly there: readonly TableRows[] }> {
  const application = await openApplication(context, input);
  // Nothing was sent before this note: tables with these names are not the run's.
  if (context.records("loading").length === 0) return { application, there: [] };
  const found = await countTables((sql) => rowsOf(application, sql), input.tables);
  return { application, there: found.filter(({ rows }) => rows !== null) };
}
