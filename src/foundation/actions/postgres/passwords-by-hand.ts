/**
 * The work of set-role-passwords as lines for psql that a person can send. The broker's state goes from etcd straight
 * into the session, so that no password is typed, shown or in an argument list.
 *
 * psql's backquotes run curl inside the container, which reaches etcd by the address that the container's scripts use
 * (dingo.md §3, ETCD_HOST_PORT). The lines need no PostgreSQL newer than 9.4.
 */
import { etcdUrl } from "../../../kit/commands/host-commands.ts";
import { inQuotes, quote } from "../../../kit/commands/shell-quote.ts";

/** The broker's name of each role's credentials, and the attributes that initdb's bootstrap gives the role. */
const ROLES = [
  ["superuser_credentials", "SUPERUSER"],
  ["admin_credentials", "CREATEDB CREATEROLE"],
  ["app_credentials", "REPLICATION"],
] as const;

const GRANTS =
  "FOR o IN SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') LOOP EXECUTE format('GRANT %I TO %I', o.tableowner, r.name); END LOOP;";

export function passwordsFromEtcd(etcd: string, guid: string): readonly string[] {
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
