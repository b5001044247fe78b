/** An application's log-in: the credentials of a service key and the router's address, and nothing else (dingo.md §3.8.6). */
import type { Context } from "../../../action.ts";
import { type RecoverError, refuse } from "../../../errors.ts";
import type { Restoring, Sql } from "../../../ports/cells.ts";
import { together } from "../../../kit/together.ts";
import { openTarget, type Target } from "../docker/target-container.ts";
import { waitFor } from "../../../kit/wait.ts";

/** confd rewrites the router's configuration a few seconds after the leader appears. */
const DEADLINE_MS = 60_000;
const POLL_MS = 500;

/** Somebody with the key's credentials who knows nothing but the router. */
export interface Application {
  readonly router: string;
  readonly user: string;
  readonly database: string;
  readonly login: (sql: string) => ReturnType<Sql["login"]>;
  /** The release of the container's pg_restore. */
  readonly restores: () => ReturnType<Sql["restores"]>;
  /** An archive of pg_dump. */
  readonly restore: (archive: Uint8Array, how: Restoring) => ReturnType<Sql["restore"]>;
}

/** `database`: another one than the key's own, if it is not empty. */
export async function openApplication(
  context: Context,
  target: Target & { readonly key_guid: string; readonly database?: string },
): Promise<Application> {
  const [credentials, { cell }] = await together([
    context.ports.cf.keyCredentials(target.key_guid),
    openTarget(context, target),
  ]);
  const { host, port, username: user, password } = credentials;
  const database = (target.database ?? "") === "" ? credentials.database : (target.database ?? "");
  const to = { host, port, user, password, database };
  return {
    ...{ router: `${host}:${port}`, user, database },
    login: (sql) => cell.sql.login(target.container, to, sql),
    restores: () => cell.sql.restores(target.container),
    restore: (archive, how) => cell.sql.restore(target.container, { ...to, ...how }, archive),
  };
}

const WRITE_AND_READ =
  "CREATE TEMPORARY TABLE dingo_recover_login (at timestamptz); INSERT INTO dingo_recover_login VALUES (now()); SELECT pg_is_in_recovery();";

export async function awaitWritable(context: Context, { router, user, login }: Application): Promise<void> {
  const refused = (why: string): RecoverError =>
    refuse("proof-failed", `"${user}" cannot log in through the router ${router}: ${why}`)
      .at(router)
      .advise("Look at the router's haproxy configuration and at the roles of the restored database, then resume.");
  await waitFor(context, {
    deadlineMs: DEADLINE_MS,
    pollMs: POLL_MS,
    look: async () => {
      const answer = await login(WRITE_AND_READ);
      if (answer.ok) return answer.rows.at(-1)?.[0] === "f" ? { found: true } : { instead: "it is still in recovery" };
      if (answer.why === "password") throw refused(answer.message);
      return { instead: answer.message };
    },
    tell: (why) => `waiting for the router: ${why}`,
    late: refused,
  });
}

export async function rowsOf({ router, login }: Application, sql: string): Promise<readonly (readonly string[])[]> {
  const answer = await login(sql);
  if (answer.ok) return answer.rows.filter((row) => row.length > 0);
  throw refuse("proof-failed", `the query through the router failed: ${answer.message}`)
    .at(router)
    .advise("Correct the query, or look at the rights of the application's role; then resume.");
}
