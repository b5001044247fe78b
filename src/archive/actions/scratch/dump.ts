import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../../action.ts";
import { giveUp, refuse } from "../../../errors.ts";
import { inDatabase, printedWithInput } from "../../../kit/commands/host-commands.ts";
import { isUnknown } from "../../../kit/commands/placeholder.ts";
import { inQuotes, quote } from "../../../kit/commands/shell-quote.ts";
import { quoteIdentifier, quoteLiteral } from "../../../kit/sql/quoting.ts";
import { printedServer } from "./printed-server.ts";
import { countTables, tableRows, type TableRows } from "./row-counts.ts";
import { nameSql, nameText, type TableName } from "./table-names.ts";
import { whileRunning } from "./while-running.ts";

const input = z.strictObject({
  place: z.string(),
  postgres_bin: z.string(),
  database: z.string(),
  tables: z.array(tableRows),
  into_schema: z.string(),
});
type Input = z.infer<typeof input>;
const output = z.object({
  path: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  /** The tables by the names that they will have after they are loaded. */
  tables: z.array(tableRows),
});
type Output = z.infer<typeof output>;

/** If the tables are to have another schema, they are moved to it in the copy. So no text of the dump is rewritten. */
export const dumpTables = defineAction({
  id: "scratch.dump",
  title: "Dump the tables of the copy to a file",
  effect: "create",
  input,
  output,
  undo: { leaves: "the dump stays beside the copy, and goes with its directory" },
  describe: ({ place, postgres_bin, database, tables, into_schema: into }) => {
    const { start, stop } = printedServer({ place, postgres_bin });
    const at = ["-h", `${place}/data`, "-U", "postgres"];
    const dump = [
      quote([...inDatabase(database), "pg_dump", ...at, "-F", "c", "-x", "-E", "UTF8"]),
      ...tables.map(({ schema, table }) => `-t ${printedName({ schema: into || schema, table })}`),
      quote(["-f", `${place}/out/tables.dump`]),
    ];
    const move: readonly [string, ...string[]] = [
      ...inDatabase(database),
      "psql",
      "-X",
      ...at,
      "-1",
      "-v",
      "ON_ERROR_STOP=1",
      "-v",
      `into=${into}`,
    ];
    return [
      start,
      ...(into === ""
        ? []
        : [{ on: "here", line: printedWithInput([...move, "-f", "-"], movesOf(tables, ':"into"')) }]),
      { on: "here", line: dump.join(" ") },
      stop("fast"),
    ];
  },
  async run(context, request): Promise<Output> {
    const { place, postgres_bin: programs, database, into_schema: into } = request;
    const { scratch } = context.ports;
    const server = { place, programs };
    const names = request.tables.map(({ schema, table }) => ({ schema: into || schema, table }));
    const dumped = await whileRunning(context, server, async () => {
      if (into !== "") await moveTables(context, request);
      const tables = await countTables((sql) => scratch.sql(server, database, sql), names);
      requireSame(tables, request);
      return { ...(await scratch.dump(server, { database, tables: names })), tables };
    });
    await context.record("dumped", dumped);
    return dumped;
  },
  async probe(context, { place }): Promise<Probe<Output>> {
    const { state } = await context.ports.scratch.look(place, context.run.id);
    if (state !== "restored") return { state: "unknown", evidence: `the copy in ${place} is ${state}` };
    const found = await context.ports.scratch.dumped(place);
    if (found === undefined) return { state: "not-done", evidence: "there is no dump" };
    const noted = output.safeParse(context.records("dumped").at(-1));
    const evidence = `${found.path} has ${found.bytes} bytes, SHA-256 ${found.sha256}`;
    if (noted.success && noted.data.sha256 === found.sha256) return { state: "done", output: noted.data, evidence };
    return { state: "partly", evidence: `${evidence}; it is not known to be whole` };
  },
  async verify(context, { place }, { sha256 }) {
    const found = await context.ports.scratch.dumped(place);
    return { holds: found?.sha256 === sha256, evidence: `the dump is ${found?.sha256 ?? "not there"}` };
  },
});

function requireSame(tables: readonly TableRows[], { tables: before, place }: Input): void {
  const other = tables.find(({ rows }, index) => rows === null || rows !== before[index]?.rows);
  if (other === undefined) return;
  throw giveUp("proof-failed", `"${nameText(other)}" of the copy is not what was counted before`)
    .at(place)
    .advise("Somebody has changed the copy: begin anew.");
}

/** Their indexes, constraints and sequences go with them (PostgreSQL manual, ALTER TABLE, SET SCHEMA). */
async function moveTables(context: Context, { place, postgres_bin, database, tables, into_schema: into }: Input) {
  const server = { place, programs: postgres_bin };
  const ask = (sql: string) => context.ports.scratch.sql(server, database, sql);
  const there = await ask(`SELECT 1 FROM pg_namespace WHERE nspname = ${quoteLiteral(into)};`);
  if (there.length > 0 && context.records("schema").length === 0)
    throw refuse("guard-refused", `the copy has a schema "${into}" of its own`)
      .at(into)
      .advise("Begin anew with another --input into_schema=….");
  await context.record("schema", { schema: into });
  const left = (await countTables(ask, tables)).filter(({ rows }) => rows !== null);
  await ask(["BEGIN;", movesOf(left, quoteIdentifier(into)), "COMMIT;"].join("\n"));
}

/** `into`: a quoted name, or a variable that psql quotes. */
function movesOf(tables: readonly TableName[], into: string): string {
  const moves = tables.map((each) => `ALTER TABLE ${nameSql(each)} SET SCHEMA ${into};`);
  return [`CREATE SCHEMA IF NOT EXISTS ${into};`, ...moves].join(" ");
}

/** One word of a shell: the shell itself doubles the quotes of a schema that is filled in. */
function printedName({ schema, table }: TableName): string {
  if (!isUnknown(schema)) return quote([nameSql({ schema, table })]);
  return `"\\"$(printf '%s\\n' ${quote([schema])} | sed 's/"/""/g')\\""${inQuotes(`.${quoteIdentifier(table)}`)}`;
}
