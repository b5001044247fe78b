import { z } from "zod";
import { type Context, defineAction, type Probe, type Verdict } from "../../../action.ts";
import { etcdUrl, printedWithLines, psqlSocket } from "../../../kit/commands/host-commands.ts";
import type { Cell } from "../../../ports/cells.ts";
import { together } from "../../../kit/together.ts";
import { publishedPort } from "../docker/published-port.ts";
import { guardTarget, openTarget, type Target, targetInput } from "../docker/target-container.ts";
import { quoteIdentifier, quoteLiteral } from "../../../kit/sql/quoting.ts";
import { inQuotes, quote } from "../../../kit/commands/shell-quote.ts";
import { refuse } from "../../../errors.ts";
import { jsonOf } from "../../../kit/json.ts";

const input = z.strictObject({ ...targetInput, etcd: z.string() });
type Input = z.infer<typeof input>;
const output = z.object({ roles: z.array(z.string()), created: z.array(z.string()) });
type Output = z.infer<typeof output>;

/**
 * The restored database holds the old passwords, bindings hand out the new ones (dingo.md §3.6, real-parts.md §3.4):
 * all three roles get the passwords of `/service/NEW/state`, so that database, environment, state and bindings agree.
 */
export const setRolePasswords = defineAction({
  id: "postgres.set-role-passwords",
  title: "Give the restored roles the passwords that bindings hand out",
  effect: "disrupt",
  input,
  output,
  undo: {
    leaves: "the former passwords are not known to anybody: the restored database goes aside with the new ones",
  },
  describe: ({ container, cell, etcd, guid }) => [
    { on: cell, line: printedWithLines(psqlSocket(container), passwordsFromEtcd(etcd, guid)) },
  ],
  guard: (context, target) => guardTarget(context, target),
  async run(context, target): Promise<Output> {
    const { cell } = await openTarget(context, target);
    const [roles, present] = await together([
      readRoleCredentials(cell, target.etcd, target.guid),
      presentRoles(cell, target),
    ]);
    if (roles === undefined) return { roles: [], created: [] };
    const created = roles.filter((role) => !present.includes(role.username)).map((role) => role.username);
    await context.record("roles-changing", { roles: roles.map((role) => role.username), created });
    await context.beforeEffect();
    await cell.sql.socket(target.container, statements(roles, present));
    return { roles: roles.map((role) => role.username), created };
  },
  probe: async (context, target): Promise<Probe<Output>> => {
    const { refused, unanswered, roles } = await logins(context, target);
    if (unanswered.length > 0) return { state: "unknown", evidence: unansweredText(unanswered) };
    if (refused.length > 0)
      return {
        state: roles.length === refused.length ? "not-done" : "partly",
        evidence: `the password is refused for ${refused.join(", ")} (${refused.length} of ${roles.length} roles)`,
      };
    return {
      state: "done",
      output: { roles: [...roles], created: [] },
      evidence: roles.length === 0 ? "the broker keeps no passwords to set" : `${roles.join(", ")} can log in`,
    };
  },
  verify: async (context, target): Promise<Verdict> => {
    const { refused, unanswered, roles } = await logins(context, target);
    if (refused.length > 0) return { holds: false, evidence: `the password is refused for ${refused.join(", ")}` };
    if (unanswered.length > 0) return { holds: "unknown", evidence: unansweredText(unanswered) };
    return { holds: true, evidence: `${roles.join(", ") || "no role"} can log in over the network` };
  },
});

function unansweredText(unanswered: readonly string[]): string {
  return `nobody can tell whether these can log in: ${unanswered.join(", ")}`;
}

/**
 * Statements are not logged: they hold passwords. A role that the old world did not know owns its predecessor's tables.
 */
function statements(roles: readonly RoleCredentials[], present: readonly string[]): string {
  const lines = [
    "SET log_statement = 'none';",
    "SET log_min_duration_statement = -1;",
    "SET log_min_error_statement = 'panic';",
    "BEGIN;",
  ];
  for (const { username, password, attributes } of roles) {
    const verb = present.includes(username) ? "ALTER ROLE" : "CREATE ROLE";
    const options = present.includes(username) ? "LOGIN" : attributes;
    lines.push(`${verb} ${quoteIdentifier(username)} WITH ${options} PASSWORD ${quoteLiteral(password)};`);
    if (!present.includes(username)) lines.push(grantOwners(username));
  }
  return [...lines, "COMMIT;"].join("\n");
}

/** Membership in every role that owns a table, for archives of brokers that named the role otherwise (dingo.md §3.6). */
function grantOwners(username: string): string {
  const body = `FOR owner IN SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') LOOP EXECUTE format('GRANT %I TO %I', owner, ${quoteLiteral(username)}); END LOOP;`;
  return `DO $grant$ DECLARE owner name; BEGIN ${body} END $grant$;`;
}

async function presentRoles(cell: Cell, target: Target): Promise<string[]> {
  const rows = await cell.sql.socket(target.container, "SELECT rolname FROM pg_roles;");
  return rows.map((row) => row[0] ?? "");
}

interface Logins {
  readonly roles: readonly string[];
  /** Their password is wrong. */
  readonly refused: readonly string[];
  /** The log-in failed for another reason: that says nothing of the password (law 5). */
  readonly unanswered: readonly string[];
}

/** Logs in over the container's published port, since its own loopback trusts everybody. */
async function logins(context: Context, target: Input): Promise<Logins> {
  const { cell, container } = await openTarget(context, target);
  const roles = (await readRoleCredentials(cell, target.etcd, target.guid)) ?? [];
  const at = publishedPort(cell, container, 5432) ?? { host: cell.instance.ips[0] ?? "", port: 5432 };
  const answers = await together(
    roles.map(async ({ username, password }) => {
      const to = { ...at, user: username, password, database: "postgres" };
      return { username, login: await cell.sql.login(target.container, to, "SELECT 1;") };
    }),
  );
  const [refused, unanswered]: [string[], string[]] = [[], []];
  for (const { username, login } of answers) {
    if (login.ok) continue;
    if (login.why === "password") refused.push(username);
    else unanswered.push(`${username} (${login.message})`);
  }
  return { roles: roles.map((role) => role.username), refused, unanswered };
}

/** The broker's name of each role's credentials, and the attributes that initdb's bootstrap gives the role. */
const ROLES = [
  ["superuser_credentials", "SUPERUSER"],
  ["admin_credentials", "CREATEDB CREATEROLE"],
  ["app_credentials", "REPLICATION"],
] as const;

const GRANTS =
  "FOR o IN SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') LOOP EXECUTE format('GRANT %I TO %I', o.tableowner, r.name); END LOOP;";

/**
 * The work as lines for psql that a person can send. The broker's state goes from etcd straight into the session, so
 * that no password is typed, shown or in an argument list.
 *
 * psql's backquotes run curl inside the container, which reaches etcd by the address that the container's scripts use
 * (dingo.md §3, ETCD_HOST_PORT). The lines need no PostgreSQL newer than 9.4.
 */
function passwordsFromEtcd(etcd: string, guid: string): readonly string[] {
  const state = `${quote(["curl", "-q", "-sS", "-g", "--fail", "--noproxy", "*"])} ${inQuotes(etcdUrl(etcd, `/service/${guid}/state`))}`;
  const names = ROLES.map(([name, attributes]) => `('${name}', '${attributes}')`).join(", ");
  const roles = `SELECT s.state -> k.name ->> 'username' AS name, s.state -> k.name ->> 'password' AS password, k.attributes FROM (SELECT (current_setting('dingo_recover.answer')::json -> 'node' ->> 'value')::json AS state) s, (VALUES ${names}) k(name, attributes)`;
  const alter = "EXECUTE format('ALTER ROLE %I WITH LOGIN PASSWORD %L', r.name, r.password);";
  const create = `EXECUTE format('CREATE ROLE %I WITH %s LOGIN PASSWORD %L', r.name, r.attributes, r.password); ${GRANTS}`;
  return [
    "SET log_statement = 'none'; SET log_min_duration_statement = -1; SET log_min_error_statement = 'panic';",
    `\\set answer \`${state}\``,
    "SELECT set_config('dingo_recover.answer', :'answer', false) <> '';",
    `DO $do$ DECLARE r record; o record; BEGIN FOR r IN ${roles} LOOP IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = r.name) THEN ${alter} ELSE ${create} END IF; END LOOP; END $do$;`,
  ];
}

/**
 * The three roles and their passwords as the broker keeps them in `/service/GUID/state` (dingo.md §2.10, §3.6). From
 * broker 0.6.0 on; before, the passwords are fixed in the image and there is nothing to set.
 */
const credentials = z.object({ username: z.string().min(1), password: z.string().min(1) });
const state = z.object({
  admin_credentials: credentials,
  superuser_credentials: credentials,
  app_credentials: credentials,
});

interface RoleCredentials {
  readonly username: string;
  readonly password: string;
  /** The attributes that initdb's bootstrap gives the role. */
  readonly attributes: string;
}

/** Undefined if the broker keeps no state: passwords are then fixed, and a restored database matches. */
async function readRoleCredentials(
  cell: Cell,
  etcd: string,
  guid: string,
): Promise<readonly RoleCredentials[] | undefined> {
  const key = `/service/${guid}/state`;
  const node = await cell.etcd(etcd).get(key);
  if (node === undefined) return undefined;
  const parsed = state.safeParse(jsonOf(node.value));
  if (!parsed.success) {
    throw refuse("answer-malformed", `${key} does not hold the credentials of three roles`)
      .at(key)
      .advise("Look at the key in etcd; its form is that of another broker version.");
  }
  const { superuser_credentials, admin_credentials, app_credentials } = parsed.data;
  return [
    { ...superuser_credentials, attributes: "SUPERUSER LOGIN" },
    { ...admin_credentials, attributes: "CREATEDB CREATEROLE LOGIN" },
    { ...app_credentials, attributes: "REPLICATION LOGIN" },
  ];
}
