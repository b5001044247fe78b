/**
 * A server on a copy: a process of its own that outlives this one, so that a kill of the tool cannot tear it; whoever
 * comes later finds it by its pid file and its data directory, never by a name.
 */
import { spawn } from "node:child_process";
import { chown, lstat, mkdir, open, readFile, readlink, realpath } from "node:fs/promises";
import { join } from "node:path";
import { RecoverError } from "../../errors.js";
import type { ScratchServer, Standing } from "../../ports/scratch-database.js";
import { serverAccount } from "./account.js";
import { dataOf, foreign, logOf, orAbsent } from "./place.js";
import { type Programs, socketDirectory } from "./programs.js";

/** Outweighs whatever stands in a file: nothing leaves this server, and its lines are read in English and UTC. */
const SETTINGS: readonly string[] = [
  "listen_addresses=",
  "archive_mode=off",
  "hot_standby=off",
  "logging_collector=off",
  "log_destination=stderr",
  "log_line_prefix=",
  "lc_messages=C",
  "log_min_messages=warning",
  "timezone=UTC",
  "log_timezone=UTC",
  "autovacuum=off",
];

export async function startServer(programs: Programs, server: ScratchServer): Promise<void> {
  if ((await serverPid(server.place)) !== undefined) return;
  const program = await programs.find(server.programs, "postgres");
  const { as } = await serverAccount();
  const socket = socketDirectory(server.place);
  await ownDirectory(socket, as);
  const log = await open(logOf(server.place), "a", 0o600);
  try {
    const settings = [...SETTINGS, `unix_socket_directories=${socket}`].flatMap((each) => ["-c", each]);
    const child = spawn(program, ["-D", dataOf(server.place), ...settings], {
      cwd: "/",
      detached: true,
      env: { ...programs.environment },
      stdio: ["ignore", log.fd, log.fd],
      ...as,
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (error) => reject(notStarted(program, error)));
    });
    child.unref();
    STARTED.set(server.place, child);
  } finally {
    await log.close();
  }
}

/** Of this process: a server that has not written its pid file yet. */
const STARTED = new Map<string, ReturnType<typeof spawn>>();

function notStarted(program: string, cause: Error): RecoverError {
  return new RecoverError("program-missing", `"${program}" could not be started`, {
    remedy: "See that its account may run it: --input postgres_bin=… names the directory.",
    place: program,
    effect: "none",
    cause,
  });
}

async function ownDirectory(path: string, as: { readonly uid: number; readonly gid: number } | undefined) {
  const found = await orAbsent(() => lstat(path));
  const owner = as?.uid ?? process.getuid?.();
  if (found === undefined) {
    await mkdir(path, { mode: 0o700 });
    if (as !== undefined) await chown(path, as.uid, as.gid);
  } else if (!found.isDirectory() || (owner !== undefined && found.uid !== owner))
    throw foreign(path, `it belongs to uid ${found.uid}`);
}

export async function standingOf(programs: Programs, server: ScratchServer): Promise<Standing> {
  if ((await serverPid(server.place)) === undefined) return isComing(server.place) ? "starting" : "down";
  const { code, stderr } = await programs.run(server, {
    name: "psql",
    args: ["-X", "-d", "postgres", "-c", "SELECT 1"],
  });
  if (code === 0) return "accepting";
  if (PASSES.test(stderr)) return "starting";
  throw refused(server.place, stderr);
}

/** What the server and libpq say of a server that is on its way up or down (postmaster.c, fe-connect.c; 9.5 to 18). */
const PASSES =
  /starting up|recovery mode|shutting down|not (?:yet )?accepting|No such file|refused|closed the connection|terminat/i;

function refused(place: string, stderr: string): RecoverError {
  const said = stderr.trim().split("\n").slice(-2).join("; ");
  return new RecoverError("command-failed", `the scratch server lets nobody in: ${said}`, {
    remedy: "Where it names a locale, install that locale on this machine (locale-gen); then resume.",
    place,
  });
}

const isComing = (place: string): boolean => {
  const child = STARTED.get(place);
  return child !== undefined && child.exitCode === null && child.signalCode === null;
};

/** PostgreSQL, "Shutting Down the Server": SIGINT and SIGQUIT. */
export async function stopServer(place: string, how: "fast" | "at-once"): Promise<void> {
  const pid = (await serverPid(place)) ?? (isComing(place) ? STARTED.get(place)?.pid : undefined);
  if (pid === undefined) return;
  try {
    process.kill(pid, how === "fast" ? "SIGINT" : "SIGQUIT");
  } catch (thrown) {
    if (!(thrown instanceof Error && "code" in thrown && thrown.code === "ESRCH")) throw thrown;
  }
}

/** Of a living server on this very directory; a pid file of a dead one can name anybody by now. */
async function serverPid(place: string): Promise<number | undefined> {
  const text = await orAbsent(() => readFile(join(dataOf(place), "postmaster.pid"), "utf8"));
  const pid = Number(text?.split("\n")[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return undefined;
  return (await worksIn(pid, place)) ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown && thrown.code === "EPERM";
  }
}

/** A server's working directory is its data directory; where the system does not tell, its pid file has to do. */
async function worksIn(pid: number, place: string): Promise<boolean> {
  if (process.platform !== "linux") return true;
  const directory = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  return directory === (await realpath(dataOf(place)));
}
