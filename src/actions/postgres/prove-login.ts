import { z } from "zod";
import { type Context, defineAction } from "../../action.js";
import { RecoverError } from "../../errors.js";
import type { Sql } from "../../ports/cells.js";
import { quote } from "../../shell-quote.js";
import { openTarget, targetInput } from "../docker/target-container.js";
import { quoteIdentifier } from "./quoting.js";
import { requireSanityQuery } from "./sanity-query.js";

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
  tell: (found) =>
    [
      `as ${found.user} through ${found.router}`,
      ...found.tables.map(({ table, rows }) => `${table}: ${rows ?? "not readable:"} rows`),
      ...found.sanity.map((row) => `sanity query: ${row.join(" | ")}`),
    ].join("\n"),
  describe: ({ sanity_query, key_guid }) => [
    {
      on: "any host that reaches the router",
      line: `psql "$URI" -c ${quote([sanity_query || "SELECT count(*) FROM …"])}`,
      variables: [{ name: "URI", setWith: `the uri in: cf curl /v3/service_credential_bindings/${key_guid}/details` }],
    },
  ],
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

/** Somebody with the key's credentials who knows nothing but the router. */
interface Application {
  readonly router: string;
  readonly user: string;
  readonly login: (sql: string) => ReturnType<Sql["login"]>;
}

async function openApplication(context: Context, target: Input): Promise<Application> {
  const credentials = await context.ports.cf.keyCredentials(target.key_guid);
  const { cell } = await openTarget(context, target);
  const { host, port, username: user, password, database } = credentials;
  const to = { host, port, user, password, database };
  return { router: `${host}:${port}`, user, login: (sql) => cell.sql.login(target.container, to, sql) };
}

/** The operator's query cannot change anything. */
function readOnly(sql: string): string {
  return `SET default_transaction_read_only = on;\n${sql.trimEnd().replace(/;?$/, ";")}`;
}

const WRITE_AND_READ =
  "CREATE TEMPORARY TABLE dingo_recover_login (at timestamptz); INSERT INTO dingo_recover_login VALUES (now()); SELECT pg_is_in_recovery();";

async function awaitWritable(context: Context, { router, user, login }: Application): Promise<void> {
  const { clock } = context.ports;
  const until = clock.monotonicMs() + DEADLINE_MS;
  for (;;) {
    const answer = await login(WRITE_AND_READ);
    if (answer.ok && answer.rows.at(-1)?.[0] === "f") return;
    const why = answer.ok ? "it is still in recovery" : answer.message;
    if ((!answer.ok && answer.why === "password") || clock.monotonicMs() > until) {
      throw new RecoverError("proof-failed", `"${user}" cannot log in through the router ${router}: ${why}`, {
        remedy: "Look at the router's haproxy configuration and at the roles of the restored database, then resume.",
        place: router,
        effect: "none",
      });
    }
    context.progress({ message: `waiting for the router: ${why}` });
    await clock.sleep(POLL_MS, context.signal);
  }
}

async function rowsOf({ router, login }: Application, sql: string): Promise<readonly (readonly string[])[]> {
  const answer = await login(sql);
  if (answer.ok) return answer.rows.filter((row) => row.length > 0);
  throw new RecoverError("proof-failed", `the query through the router failed: ${answer.message}`, {
    remedy: "Correct the sanity query, or look at the rights of the application's role; then resume.",
    place: router,
    effect: "none",
  });
}

/** Table by table: where one may not be read by the application, the others still count. */
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
