/**
 * The commands that run on a cell, as argv arrays. The adapters send them, describe() prints them, and a stand-in
 * understands them. Pure: nothing is checked here, `<step.output>` passes through.
 * Facts: dingo.md §1.8–§1.12, §5 (paths on a cell), §4 (etcd), cf-bosh.md §3.4 (sudo without a password).
 *
 * No pipes, no redirection; secrets and values come on stdin. The line that the remote login shell gets, and that a
 * person can type, is `quote(argv)`.
 */
import { placeholderIn } from "./placeholder.ts";
import { quote } from "./shell-quote.ts";

export type Argv = readonly [string, ...string[]];

export const DOCKER = "/var/vcap/packages/docker/bin/docker";
export const DOCKER_HOST = "unix:///var/vcap/sys/run/docker/docker.sock";

/** Runs a command as root. It fails instead of asking for a password. */
export function asRoot(...argv: Argv): Argv {
  return ["sudo", "-n", ...argv];
}

/** Runs a command as root, with messages in English: the tool reads "No such file or directory". */
function asRootInC(...argv: Argv): Argv {
  return asRoot("env", "LC_ALL=C", ...argv);
}

export function dockerCommand(...words: readonly string[]): Argv {
  return asRoot(DOCKER, "--host", DOCKER_HOST, ...words);
}

export const dockerVersion = (): Argv => dockerCommand("version", "--format", "{{.Server.Version}}");
/** Ids of all containers, stopped ones too. */
export const dockerList = (): Argv => dockerCommand("ps", "-aq", "--no-trunc");
export const dockerInspect = (...names: readonly string[]): Argv =>
  dockerCommand("inspect", "--type", "container", ...names);
/** A line for a person, because a shell must expand it: prints name and state of an instance's container, and nothing else. */
export function lookForContainer(guid: string): string {
  const template = `{{$c := .}}{{range .Config.Env}}{{if eq . "PATRONI_SCOPE=${guid}"}}{{$c.Name}} {{$c.State.Status}}{{end}}{{end}}`;
  return `${quote(dockerCommand("inspect", "-f", template))} $(${quote(dockerList())})`;
}
/** A sentence: how a person sees whether an instance left a container. */
export const lookOnCells = (guid: string): string =>
  `Look for it on each cell, as a user who may use sudo: ${lookForContainer(guid)}`;
export const dockerStop = (name: string, graceSeconds: number): Argv =>
  dockerCommand("stop", "-t", String(graceSeconds), name);
export const dockerStart = (name: string): Argv => dockerCommand("start", name);
export const dockerRestartPolicy = (name: string, policy: "no" | "always"): Argv =>
  dockerCommand("update", `--restart=${policy}`, name);
/** Prints a time stamp before each line: stdout and stderr arrive apart, and are merged by it. */
export const dockerLogs = (name: string, since: string): Argv => dockerCommand("logs", "--since", since, "-t", name);

/** The command for the last lines of a container, quoted for a sentence to a person. */
export const printedLogs = (name: string): string => `"${quote(dockerCommand("logs", "--tail", "200", name))}"`;

/** Where a cell keeps the data of its containers, a directory by name for each (dingo.md §1.11). */
export const CONTAINERS_DIRECTORY = "/var/vcap/store/cf-containers-broker";
/** The directory of a container's data on the cell. */
export const containerDataDirectory = (container: string): string => `${CONTAINERS_DIRECTORY}/${container}/data`;

// Files. Paths are absolute.
export const fileKind = (path: string): Argv => asRootInC("stat", "-c", "%F", "--", path);
/** Prints "UID GID OCTALMODE KIND". */
export const fileOwner = (path: string): Argv => asRootInC("stat", "-c", "%u %g %a %F", "--", path);
/** Prints names divided by NUL. The slash makes a file an error instead of an empty directory. */
export const directoryEntries = (path: string): Argv =>
  asRootInC("find", `${path}/`, "-mindepth", "1", "-maxdepth", "1", "-printf", "%f\\0");
/** Prints a small file, or the first 4,096 bytes of a larger one. */
export const readStart = (path: string): Argv => asRootInC("head", "-c", "4096", "--", path);
/** `-T`: the destination is the name itself, never a directory to move into; `-n`: never over an existing one. */
export const renamePath = (from: string, to: string): Argv => asRootInC("mv", "-T", "-n", "--", from, to);
/** Keeps owners, modes, links and times; `-T`: the destination is the name itself. Shares blocks if the file system can. */
export const copyTree = (from: string, to: string): Argv =>
  asRootInC("cp", "-a", "-T", "--reflink=auto", "--", from, to);
/** Makes a directory with the owner, group and mode of `like`, in this order. Nobody but root can use it before the end. */
export const makeDirectoryLike = (path: string, like: string): readonly [Argv, Argv, Argv] => [
  asRootInC("mkdir", "-m", "0700", "--", path),
  asRootInC("chown", `--reference=${like}`, "--", path),
  asRootInC("chmod", `--reference=${like}`, "--", path),
];
/** Removes a tree, never across file systems. `--`: a name is never taken for an option. */
export const removeTree = (path: string): Argv => asRootInC("rm", "-rf", "--one-file-system", "--", path);
/** Prints two lines: "Avail" and a number of bytes. */
export const freeSpace = (path: string): Argv => asRootInC("df", "-B1", "--output=avail", "--", path);

// HTTP on the cell. The status stands alone on the last line.
const CURL: Argv = ["curl", "-q", "-sS", "-g", "--noproxy", "*", "--max-time", "10", "-w", "\\n%{http_code}"];

export const httpGet = (url: string): Argv => [...CURL, url];

/** URL of an etcd v2 key. `hostPort` is a container's ETCD_HOST_PORT. */
export function etcdUrl(hostPort: string, key: string): string {
  const base = /^https?:\/\//.test(hostPort) ? hostPort.replace(/(?<!\/)\/+$/, "") : `http://${hostPort}`;
  return `${base}/v2/keys${key.split("/").map(encodeSegment).join("/")}`;
}

/** A quorum read: a member that has lost its leader does not answer from its own old copy. */
export const etcdGet = (hostPort: string, key: string): Argv => httpGet(`${etcdUrl(hostPort, key)}?quorum=true`);
/** The value comes on stdin. Never `prevExist`: "create" events make the old router allocate ports (dingo.md §1.10). */
export const etcdPut = (hostPort: string, key: string, prevValue?: string): Argv => [
  ...CURL,
  "-X",
  "PUT",
  "--data-urlencode",
  "value@-",
  `${etcdUrl(hostPort, key)}${prevValue === undefined ? "" : `?prevValue=${encodeURIComponent(prevValue)}`}`,
];
export const etcdDelete = (hostPort: string, key: string, prevValue: string): Argv => [
  ...CURL,
  "-X",
  "DELETE",
  `${etcdUrl(hostPort, key)}?prevValue=${encodeURIComponent(prevValue)}`,
];

// PostgreSQL, inside the container; SQL comes on stdin. Terse errors do not repeat the statement.
const PSQL_OPTIONS = ["-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=terse"] as const;
/** The first line of stdin is the password, the rest is SQL: neither is ever in an argv. */
export const PSQL_LOGIN_SCRIPT =
  'IFS= read -r PGPASSWORD && export PGPASSWORD PGCONNECT_TIMEOUT=10 LC_ALL=C && exec psql "$@"';

/** psql as the OS user postgres, over the container's socket. */
export const psqlSocket = (container: string): Argv =>
  dockerCommand("exec", "-i", "-u", "postgres", container, "psql", ...PSQL_OPTIONS, "-d", "postgres");
/** The same in another database, for a printed line: libpq takes the variable for a name, with any characters. */
export const psqlInto = (container: string, database: string): Argv =>
  dockerCommand("exec", "-i", "-u", "postgres", container, ...inDatabase(database), "psql", ...PSQL_OPTIONS);

/** Words before a client of PostgreSQL that name its database. */
export const inDatabase = (database: string): readonly [string, string] => ["env", `PGDATABASE=${database}`];

export interface LoginAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

/** psql through the network with a password, as an application logs in. */
export const psqlLogin = (container: string, to: LoginAddress): Argv =>
  dockerCommand(
    "exec",
    "-i",
    "-u",
    "postgres",
    container,
    "sh",
    "-c",
    PSQL_LOGIN_SCRIPT,
    "sh",
    ...PSQL_OPTIONS,
    "-h",
    to.host,
    "-p",
    String(to.port),
    "-U",
    to.user,
    "-d",
    to.database,
  );

/**
 * The first line of stdin is the password, the rest is an archive of pg_dump in base64: pg_restore sends it as SQL and
 * has no commands. $1: the name of the connection on the server.
 */
export const RESTORE_LOGIN_SCRIPT =
  'IFS= read -r PGPASSWORD && PGAPPNAME=$1 && shift && export PGPASSWORD PGAPPNAME PGCONNECT_TIMEOUT=10 LC_ALL=C && base64 -d | pg_restore "$@"';

/** Options to load all or nothing, owned by the role that loads it. A cut archive ends in an error, and never in a COMMIT. */
export const RESTORE_OPTIONS = [
  ...["-w", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"],
  ...["--no-tablespaces", "--no-security-labels"],
] as const;

/** The container's own pg_restore, through the network with a password, as an application logs in. */
export const restoreLogin = (container: string, to: LoginAddress, application: string): Argv =>
  dockerCommand(
    ...["exec", "-i", "-u", "postgres", container, "sh", "-c", RESTORE_LOGIN_SCRIPT, "sh", application],
    ...RESTORE_OPTIONS,
    ...["-h", to.host, "-p", String(to.port), "-U", to.user, "-d", to.database],
  );

/** Prints "pg_restore (PostgreSQL) 9.6.24". */
export const restoreVersion = (container: string): Argv =>
  dockerCommand("exec", "-u", "postgres", container, "pg_restore", "--version");

/** The line that a person types to feed a text into a command; adapters send it on stdin instead. */
export const printedWithInput = (argv: Argv, text: string): string => `printf %s ${quote([text])} | ${quote(argv)}`;

/** The same for several lines; the line that is typed stays one. */
export const printedWithLines = (argv: Argv, lines: readonly string[]): string =>
  `${quote(["printf", "%s\\n", ...lines])} | ${quote(argv)}`;

/** The line that sets a variable to the value of a key: of a number or a name, not of a text with quotes. */
export const etcdValueInto = (variable: string, hostPort: string, key: string): string =>
  `${variable}=$(${quote(etcdGet(hostPort, key))} | sed -n 's/.*"value":"\\([^"]*\\)".*/\\1/p')`;

/** A line whose last word ends in `prevValue=`, with its value from a variable. */
export const printedWithPrevious = (argv: Argv, variable: string): string => `${quote(argv)}"$${variable}"`;

/** Encodes a part of a path. A placeholder of a dry run stays readable. */
function encodeSegment(segment: string): string {
  return placeholderIn(segment) === segment ? segment : encodeURIComponent(segment);
}
