/** `docker exec … psql` and `pg_restore`: over the container's socket, or through the network with a password. */
import { databaseOf } from "../world/data-directory.ts";
import { type Database, passwordFits } from "../world/database/database.ts";
import { isUp } from "../world/docker.ts";
import type { Ended } from "../ended.ts";
import { unarchived } from "../box-archive.ts";
import { readKey } from "../world/service-keys.ts";
import type { SqlOutcome } from "../world/database/sql.ts";
import { allContainers, type Site } from "../world/world.ts";
import { after, type Call, cellOf, ended } from "./command.ts";

const OPTIONS = ["-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=terse"] as const;
const LOGIN_SCRIPT = 'IFS= read -r PGPASSWORD && export PGPASSWORD PGCONNECT_TIMEOUT=10 LC_ALL=C && exec psql "$@"';
const RESTORE_SCRIPT =
  'IFS= read -r PGPASSWORD && PGAPPNAME=$1 && shift && export PGPASSWORD PGAPPNAME PGCONNECT_TIMEOUT=10 LC_ALL=C && base64 -d | pg_restore "$@"';
const RESTORE_OPTIONS = [
  ...["-w", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"],
  ...["--no-tablespaces", "--no-security-labels"],
] as const;
const NO_CONNECTION = 2;
const SCRIPT_ERROR = 3;
const RESTORES = "pg_restore (PostgreSQL) 9.6.24\n";
const SUPERUSER = "postgres";

export function inContainer(call: Call): Ended | undefined {
  const asked = after(call.args, "-i", "-u", "postgres") ?? after(call.args, "-u", "postgres");
  const [name, program, ...args] = asked ?? [];
  if (name === undefined) return undefined;
  const cell = cellOf(call);
  const container = cell.containers[name];
  if (container === undefined) return ended(1, "", `Error response from daemon: No such container: ${name}\n`);
  if (!isUp(container)) return ended(1, "", `Error response from daemon: Container ${container.id} is not running\n`);
  const site = { world: call.host.world(), cell, container };
  if (program === "psql")
    return after(args, ...OPTIONS, "-d", "postgres")?.length === 0 ? bySocket(call, site) : undefined;
  if (program === "pg_restore") return args.join(" ") === "--version" ? ended(0, RESTORES) : undefined;
  if (program !== "sh") return undefined;
  const login = after(args, "-c", LOGIN_SCRIPT, "sh", ...OPTIONS);
  if (login !== undefined) return byNetwork(call, login);
  const [application, ...restore] = after(args, "-c", RESTORE_SCRIPT, "sh") ?? [];
  return application === undefined ? undefined : restored(call, after(restore, ...RESTORE_OPTIONS) ?? []);
}

/** Local connections are trusted: the OS user is the role. */
function bySocket(call: Call, site: Site): Ended {
  const { postgres } = site.container.process;
  if (postgres === "starting") return ended(NO_CONNECTION, "", "psql: FATAL:  the database system is starting up\n");
  if (postgres === "stopped" || databaseOf(site) === undefined) {
    return ended(
      NO_CONNECTION,
      "",
      'psql: could not connect to server: No such file or directory\n\tIs the server running locally and accepting\n\tconnections on Unix domain socket "/var/run/postgresql/.s.PGSQL.5432"?\n',
    );
  }
  return script(call, site, { user: SUPERUSER, sql: call.stdin });
}

function byNetwork(call: Call, args: readonly string[]): Ended | undefined {
  const to = addressIn(args);
  if (to === undefined) return undefined;
  const [password = "", ...lines] = call.stdin.split("\n");
  const reached = reach(call, to, password);
  if ("refused" in reached) return ended(NO_CONNECTION, "", `psql: ${reached.refused}\n`);
  return script(call, reached, { user: to.user, sql: lines.join("\n") });
}

/** Of 9.6: it reads the archive, connects, and sends it in one transaction; each part of it signs its messages. */
function restored(call: Call, args: readonly string[]): Ended | undefined {
  const to = addressIn(args);
  if (to === undefined) return undefined;
  const says = (part: string, what: string): Ended => ended(1, "", `pg_restore: [${part}] ${what}\n`);
  const [password = "", ...lines] = call.stdin.split("\n");
  const read = unarchived(Buffer.from(lines.join(""), "base64").toString());
  if ("wrong" in read) return says("archiver", read.wrong);
  const reached = reach(call, to, password);
  if ("refused" in reached)
    return says("archiver (db)", `connection to database "${to.database}" failed: ${reached.refused}`);
  const { code, stderr } = script(call, reached, { user: to.user, sql: `BEGIN;\n${read.content}\nCOMMIT;\n` });
  return code === 0 ? ended(0) : says("archiver (db)", `could not execute query: ${stderr.trimEnd()}`);
}

interface Address {
  readonly host: string;
  readonly port: string;
  readonly user: string;
  readonly database: string;
}

function addressIn(args: readonly string[]): Address | undefined {
  const [h, host, p, port, u, user, d, database, ...more] = args;
  if (h !== "-h" || p !== "-p" || u !== "-U" || d !== "-d" || more.length > 0) return undefined;
  if (host === undefined || port === undefined || user === undefined || database === undefined) return undefined;
  return { host, port, user, database };
}

function reach(call: Call, to: Address, password: string): Site | { readonly refused: string } {
  const site = behind(call, to.host, Number(to.port));
  const data = databaseOf(site);
  if (site === undefined || data === undefined) return { refused: nobodyListens(to) };
  const refused = refusal(site, data, { ...to, password });
  return refused === undefined ? site : { refused: `FATAL:  ${refused}` };
}

const nobodyListens = ({ host, port }: Address): string =>
  `could not connect to server: Connection refused\n\tIs the server running on host "${host}" and accepting\n\tTCP/IP connections on port ${port}?`;

/** pg_hba of a restored cluster: everybody with a password, and over the network the database `postgres` only. */
function refusal(
  { container }: Site,
  data: Database,
  login: { readonly user: string; readonly password: string; readonly database: string; readonly host: string },
): string | undefined {
  const { user, password, database, host } = login;
  if (container.process.postgres !== "running") return "the database system is starting up";
  if (database !== "postgres") {
    return `no pg_hba.conf entry for host "${host}", user "${user}", database "${database}", SSL off`;
  }
  return passwordFits(data, user, password) ? undefined : `password authentication failed for user "${user}"`;
}

/** The router forwards an allocated port to the leader of its instance; a cell forwards a published port. */
function behind(call: Call, host: string, port: number): Site | undefined {
  const world = call.host.world();
  const sites = allContainers(world).filter(
    ({ container }) => isUp(container) && container.process.postgres !== "stopped",
  );
  if (host !== world.network.routerHost) {
    return sites.find(({ container }) =>
      container.ports.some((each) => each.container === 5432 && each.hostIp === host && each.host === port),
    );
  }
  const prefix = "/routing/allocation/";
  const scope = Object.keys(world.etcd.entries).find(
    (key) => key.startsWith(prefix) && readKey(world, key) === String(port),
  );
  return sites.find(
    ({ container }) => container.process.role === "master" && scope === prefix + (container.env.PATRONI_SCOPE ?? ""),
  );
}

function script(call: Call, { cell, container }: Site, run: { readonly user: string; readonly sql: string }): Ended {
  const event = { is: "sql", cell: cell.ip, name: container.name, user: run.user, script: run.sql } as const;
  const outcome: SqlOutcome = call.host.apply(event);
  if (outcome.ok) return ended(0, outcome.rows.map((row) => `${row.join("\t")}\n`).join(""));
  if (outcome.unknown === true) call.host.apply({ is: "stray", where: "psql", what: withoutLiterals(run.sql) });
  return ended(SCRIPT_ERROR, "", `ERROR:  ${outcome.message}\n`);
}

/** Statements hold passwords. */
const withoutLiterals = (sql: string): string => sql.replace(/'(?:[^']|'')*'/g, "'…'");
