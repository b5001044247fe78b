import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../../action.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { printedServer } from "./printed-server.ts";
import { countTables, tableRows } from "./row-counts.ts";
import { requireStopped, tellsRecovered } from "./stop-line.ts";
import { tableNames } from "./table-names.ts";
import { whileRunning } from "./while-running.ts";

const input = z.strictObject({
  place: z.string(),
  postgres_bin: z.string(),
  time: z.string(),
  database: z.string(),
  tables: z.array(z.string()),
  into_schema: z.string(),
});
type Input = z.infer<typeof input>;
const output = z.object({
  database: z.string(),
  /** The first transaction that is not in it, and the last one that is: ISO 8601. */
  stopped_before: z.string(),
  last_transaction: z.string(),
  tables: z.array(tableRows),
});
type Output = z.infer<typeof output>;

/** Replays the WAL on the copy, and shows that it stopped at the time: PostgreSQL up to 12 promotes without a word. */
export const recoverScratch = defineAction({
  id: "scratch.recover",
  title: "Let PostgreSQL recover the copy up to that time, and count the rows",
  effect: "create",
  input,
  output,
  undo: { leaves: "the copy stays recovered; it goes with its directory" },
  describe: ({ place, postgres_bin }) => {
    const { start, stop } = printedServer({ place, postgres_bin });
    const ask = quote(["psql", "-X", "-h", `${place}/data`, "-U", "postgres", "postgres"]);
    return [start, { on: "here", line: ask }, stop("fast")];
  },
  async run(context, request): Promise<Output> {
    const { place, postgres_bin: programs, database } = request;
    const names = tableNames(request.tables, request.into_schema);
    const server = { place, programs };
    const { scratch } = context.ports;
    const found = await whileRunning(context, server, async () => {
      const stop = requireStopped(await scratch.said(place), request);
      const tables = await countTables((sql) => scratch.sql(server, database, sql), names);
      return { database, ...stop, tables };
    });
    await context.record("counted", found);
    return found;
  },
  async probe(context, request): Promise<Probe<Output>> {
    const found = await stateOf(context, request);
    if (typeof found === "string") return { state: "unknown", evidence: found };
    if (found.said.length === 0) return { state: "not-done", evidence: "no server was started on the copy" };
    const counted = output.safeParse(context.records("counted").at(-1));
    if (found.isRecovered && counted.success)
      return { state: "done", output: counted.data, evidence: "the copy is recovered, and its rows are counted" };
    const how = found.isRecovered ? "the copy is recovered, and its rows are not counted" : "the copy is not recovered";
    return { state: "partly", evidence: `${how}: ${found.said.at(-1) ?? ""}` };
  },
  async verify(context, request, { last_transaction: last, stopped_before: next }) {
    const found = await stateOf(context, request);
    if (typeof found === "string") return { holds: false, evidence: found };
    if (!found.isRecovered) return { holds: false, evidence: "the copy is not recovered" };
    return { holds: true, evidence: `the last transaction in the copy is of ${last}, the next one of ${next}` };
  },
});

/** Returns the words of the copy's servers; a sentence when the copy is not there. */
async function stateOf(
  context: Context,
  { place }: Input,
): Promise<string | { readonly said: readonly string[]; readonly isRecovered: boolean }> {
  const { state } = await context.ports.scratch.look(place, context.run.id);
  if (state !== "restored") return `the copy in ${place} is ${state}`;
  const said = await context.ports.scratch.said(place);
  return { said, isRecovered: said.some((line) => tellsRecovered(line)) };
}
