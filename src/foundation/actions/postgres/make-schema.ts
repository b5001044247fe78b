import { z } from "zod";
import { type Context, defineAction, type Probe, type WayBack } from "../../../action.ts";
import { type RecoverError, refuse } from "../../../errors.ts";
import { printedWithInput, psqlInto } from "../../../kit/commands/host-commands.ts";
import { guardService, openTarget, targetInput } from "../docker/target-container.ts";
import { inDatabase } from "./in-database.ts";
import { quoteIdentifier, quoteLiteral } from "../../../kit/sql/quoting.ts";
import { asideName } from "./undo-load.ts";

const input = z.strictObject({
  ...targetInput,
  /** The service's name. */
  name: z.string(),
  database: z.string(),
  schema: z.string(),
  /** The application's role, which may not make a schema itself. */
  owner: z.string(),
});
type Input = z.infer<typeof input>;
const output = z.object({ schema: z.string() });
type Output = z.infer<typeof output>;

const createSql = ({ schema, owner }: Input): string =>
  `CREATE SCHEMA ${quoteIdentifier(schema)} AUTHORIZATION ${quoteIdentifier(owner)};`;

const renameSql = ({ schema }: Input, run: string): string =>
  `ALTER SCHEMA ${quoteIdentifier(schema)} RENAME TO ${quoteIdentifier(asideName(schema, run))};`;

const undo: WayBack<Input, Output> = {
  effect: "disrupt",
  cost: "renames the schema that this run made, with everything that is in it by then",
  describe: (request, run) => [printed(request, renameSql(request, run))],
  async guard(context, { input: request }) {
    await guardService(context, request);
    if (context.records("making").length === 0) throw notOwn(request);
  },
  async probe(context, { input: request }) {
    if (context.records("making").length === 0) return { state: "done", evidence: "the run made no schema" };
    const owner = await ownerOf(context, request);
    if (owner === undefined) return { state: "done", evidence: `there is no schema "${request.schema}"` };
    return { state: "not-done", evidence: `the schema "${request.schema}" is there` };
  },
  async run(context, { input: request }) {
    if ((await ownerOf(context, request)) === undefined) return;
    await context.beforeEffect();
    await ask(context, request, renameSql(request, context.run.id));
  },
};

export const makeSchema = defineAction({
  id: "postgres.make-schema",
  title: "Make the schema that the tables are loaded into",
  effect: "create",
  input,
  output,
  undo,
  describe: (request) => [printedCreate(request)],
  async guard(context, request) {
    await guardService(context, request);
    if (context.records("making").length === 0 && (await ownerOf(context, request)) !== undefined)
      throw notOwn(request);
  },
  async run(context, request): Promise<Output> {
    if ((await ownerOf(context, request)) === undefined) {
      await context.record("making", { schema: request.schema });
      await context.beforeEffect();
      await ask(context, request, createSql(request));
    }
    return { schema: request.schema };
  },
  probe: (context, request) => probeSchema(context, request, context.records("making").length > 0),
  async probeByHand(context, request) {
    const found = await probeSchema(context, request, true);
    // The way back renames the schema of this note.
    if (found.state === "done") await context.record("making", { schema: request.schema });
    return found;
  },
  async verify(context, request) {
    const owner = await ownerOf(context, request);
    return { holds: owner === request.owner, evidence: `its owner is "${owner ?? "nobody: it is not there"}"` };
  },
});

/** `mayBeOwn`: the present schema can be the run's. */
async function probeSchema(context: Context, request: Input, mayBeOwn: boolean): Promise<Probe<Output>> {
  const { schema } = request;
  const owner = await ownerOf(context, request);
  if (owner === undefined) return { state: "not-done", evidence: `there is no schema "${schema}"` };
  const evidence = `the schema "${schema}" belongs to "${owner}"`;
  const isOwn = owner === request.owner && mayBeOwn;
  return isOwn ? { state: "done", output: { schema }, evidence } : { state: "unknown", evidence };
}

const printed = ({ container, cell, database }: Input, sql: string) => ({
  on: cell,
  line: printedWithInput(psqlInto(container, database), sql),
});

/** psql itself quotes the names, so that any name fits in there. */
const printedCreate = ({ container, cell, database, schema, owner }: Input) => ({
  on: cell,
  line: printedWithInput(
    [...psqlInto(container, database), "-v", `schema=${schema}`, "-v", `owner=${owner}`],
    'CREATE SCHEMA :"schema" AUTHORIZATION :"owner";',
  ),
});

async function ask(context: Context, request: Input, sql: string): Promise<readonly (readonly string[])[]> {
  const { cell } = await openTarget(context, request);
  return await cell.sql.socket(request.container, inDatabase(request.database, sql));
}

async function ownerOf(context: Context, request: Input): Promise<string | undefined> {
  const name = quoteLiteral(request.schema);
  const sql = `SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = ${name};`;
  return (await ask(context, request, sql))[0]?.[0];
}

function notOwn({ schema, name }: Input): RecoverError {
  return refuse("guard-refused", `the schema "${schema}" is there, and this run did not make it`)
    .at(name)
    .advise("Begin anew with another --input into_schema=NAME.");
}
