import { z } from "zod";
import { type Context, defineAction, type Json } from "../../action.js";
import { RecoverError } from "../../errors.js";
import type { Cell } from "../../ports/cells.js";
import type { DatabaseCredentials } from "../../ports/cloud-foundry.js";
import { openTarget, targetInput } from "../docker/target-container.js";
import { quoteIdentifier } from "./quoting.js";

/** confd rewrites the router's configuration a few seconds after the leader appears. */
const DEADLINE_MS = 60_000;
const POLL_MS = 500;
const TABLES_COUNTED = 50;

const input = z.strictObject({ ...targetInput, key_guid: z.string(), sanity_query: z.string() });
type Input = z.infer<typeof input>;
const output = z.object({
  router: z.string(),
  user: z.string(),
  tables: z.array(z.object({ table: z.string(), rows: z.number().nullable() })),
  sanity: z.array(z.array(z.string())),
});
type Output = z.infer<typeof output>;

/** Logs in as an application would: fresh service key, router address; reads and writes (dingo.md §3.8.6). */
export const proveLogin = defineAction({
  id: "postgres.prove-login",
  title: "Log in through the router as an application would, and read the data",
  effect: "read",
  input,
  output,
  describe: ({ sanity_query, key_guid }) => [
    {
      on: "any host that reaches the router",
      line: `psql "$URI" -c ${JSON.stringify(sanity_query || "SELECT count(*) FROM …")}`,
      variables: [{ name: "URI", setWith: `the uri in: cf curl /v3/service_credential_bindings/${key_guid}/details` }],
    },
  ],
  async run(context, target): Promise<Output> {
    const credentials = await context.ports.cf.keyCredentials(target.key_guid);
    const { cell } = await openTarget(context, target);
    await awaitWritableLogin(context, cell, target, credentials);
    const query = (sql: string): Promise<readonly (readonly string[])[]> =>
      queryAs(cell, target.container, credentials, sql);
    const names = await query(
      `SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2 LIMIT ${TABLES_COUNTED};`,
    );
    const tables = await countRows(cell, target.container, credentials, names);
    const sanity = target.sanity_query === "" ? [] : await query(readOnly(target.sanity_query));
    return {
      router: `${credentials.host}:${credentials.port}`,
      user: credentials.username,
      tables,
      sanity: sanity.map((row) => [...row]),
    };
  },
  async verify(context, target, output) {
    const credentials = await context.ports.cf.keyCredentials(target.key_guid);
    const { cell } = await openTarget(context, target);
    const login = await cell.sql.login(target.container, { ...credentials, user: credentials.username }, "SELECT 1;");
    return {
      holds: login.ok,
      evidence: login.ok
        ? `the login through ${output.router} works`
        : `the login through ${output.router} fails: ${login.message}`,
    };
  },
});

/** The operator's query cannot change anything. */
function readOnly(sql: string): string {
  return `SET default_transaction_read_only = on;\n${sql.trimEnd().replace(/;?$/, ";")}`;
}

async function awaitWritableLogin(
  context: Context,
  cell: Cell,
  target: Input,
  credentials: DatabaseCredentials,
): Promise<void> {
  const { clock } = context.ports;
  const until = clock.monotonicMs() + DEADLINE_MS;
  const probe =
    "CREATE TEMPORARY TABLE dingo_recover_login (at timestamptz); INSERT INTO dingo_recover_login VALUES (now()); SELECT pg_is_in_recovery();";
  for (;;) {
    const login = await cell.sql.login(target.container, { ...credentials, user: credentials.username }, probe);
    if (login.ok && login.rows.at(-1)?.[0] === "f") return;
    const why = login.ok ? "it is still in recovery" : login.message;
    if ((!login.ok && login.why === "password") || clock.monotonicMs() > until) {
      throw new RecoverError(
        "proof-failed",
        `"${credentials.username}" cannot log in through the router ${credentials.host}:${credentials.port}: ${why}`,
        {
          remedy: "Look at the router's haproxy configuration and at the roles of the restored database, then resume.",
          place: `${credentials.host}:${credentials.port}`,
          effect: "none",
        },
      );
    }
    context.progress({ message: `waiting for the router: ${why}` });
    await clock.sleep(POLL_MS, context.signal);
  }
}

async function queryAs(
  cell: Cell,
  container: string,
  credentials: DatabaseCredentials,
  sql: string,
): Promise<readonly (readonly string[])[]> {
  const result = await cell.sql.login(container, { ...credentials, user: credentials.username }, sql);
  if (result.ok) return result.rows.filter((row) => row.length > 0);
  throw new RecoverError("proof-failed", `the query through the router failed: ${result.message}`, {
    remedy: "Correct the sanity query, or look at the rights of the application's role; then resume.",
    place: `${credentials.host}:${credentials.port}`,
    effect: "none",
  });
}

/** All tables in one query; where one of them may not be read, table by table, so that the others still count. */
async function countRows(
  cell: Cell,
  container: string,
  credentials: DatabaseCredentials,
  names: readonly (readonly string[])[],
): Promise<{ table: string; rows: number | null }[]> {
  const tables: { table: string; rows: number | null }[] = [];
  for (const [schema = "", name = ""] of names) {
    const table = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
    const counted = await cell.sql.login(
      container,
      { ...credentials, user: credentials.username },
      `SELECT count(*) FROM ${table};`,
    );
    const count: Json = counted.ok ? Number(counted.rows.at(-1)?.[0] ?? Number.NaN) : null;
    tables.push({ table: `${schema}.${name}`, rows: count === null || Number.isNaN(count) ? null : count });
  }
  return tables;
}
