/**
 * A server on a copy, in its sandbox: it ends with the process that started it, and recovers at its next start. A later
 * process finds it by a note beside the data; without a sandbox, by its pid file and its data directory.
 */
import { appendFile, chown, lstat, mkdir, open, readFile, readlink, realpath } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { giveUp, type RecoverError } from "../../../errors.ts";
import { LOG_IN } from "../../../kit/log-patterns/log-in.ts";
import type { ScratchServer, Standing } from "../../../ports/scratch-database.ts";
import { notedServer, signalNoted } from "../sandbox/note.ts";
import { comingServer } from "../sandbox/unsandboxed.ts";
import { serverAccount } from "./account.ts";
import { dataOf, foreign, logOf, orAbsent, roomAt } from "./place.ts";
import { type Programs, socketDirectory } from "./programs.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { ENDED_FOR_ROOM } from "../../../kit/log-patterns/server-end.ts";

/** These settings outweigh every file: nothing leaves this server, and its lines are read in English and UTC. */
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

export async function startServer(programs: Programs, { place, programs: bin }: ScratchServer): Promise<void> {
  if (notedServer(place)?.isOrphan === true) await endServer(place);
  if (await isUp(place)) return;
  const program = await programs.find(bin, "postgres");
  const { as } = await serverAccount();
  const socket = socketDirectory(place);
  await ownDirectory(socket, as);
  const sandbox = await programs.sandbox();
  const log = await open(logOf(place), "a", 0o600);
  try {
    const settings = [...SETTINGS, `unix_socket_directories=${socket}`].flatMap((each) => ["-c", each]);
    const args = ["-D", dataOf(place), ...settings];
    const env = programs.environment;
    const server = { program, args, env, as, reads: [], writes: [dataOf(place), socket] };
    await sandbox.start({ ...server, note: place, log: log.fd });
    await keepRoom(place);
  } finally {
    await log.close();
  }
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

/** Asks the data directory only if no sandbox was begun: a server inside one could have written false files. */
async function isUp(place: string): Promise<boolean> {
  return notedServer(place)?.isAlive ?? (await serverPid(place)) !== undefined;
}

export async function standingOf(programs: Programs, server: ScratchServer): Promise<Standing> {
  if (!(await isUp(server.place))) return comingServer(server.place) === undefined ? "down" : "starting";
  const { code, stderr } = await programs.run(server, {
    name: "psql",
    args: ["-X", "-d", "postgres", "-c", "SELECT 1"],
  });
  if (code === 0) return "accepting";
  if (LOG_IN.notReady.says.test(stderr)) return "starting";
  throw refused(server.place, stderr);
}

function refused(place: string, stderr: string): RecoverError {
  const said = stderr.trim().split("\n").slice(-2).join("; ");
  return giveUp("command-failed", `the scratch server lets nobody in: ${said}`)
    .at(place)
    .advise("If it names a locale, install that locale on this machine (locale-gen); then resume.");
}

/** PostgreSQL, "Shutting Down the Server": SIGINT and SIGQUIT. */
export async function stopServer(place: string, how: "fast" | "at-once"): Promise<void> {
  const noted = notedServer(place);
  if (noted !== undefined) return signalNoted(noted, how);
  const pid = (await serverPid(place)) ?? comingServer(place);
  if (pid === undefined) return;
  try {
    process.kill(pid, how === "fast" ? "SIGINT" : "SIGQUIT");
  } catch (thrown) {
    if (!(thrown instanceof Error && "code" in thrown && thrown.code === "ESRCH")) throw thrown;
  }
}

const POLL_MS = 20;
const PATIENCE_MS = 30_000;

/** Nothing of a sandbox is alive afterwards. Error: `command-failed` if something is. */
export async function endServer(place: string): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    const noted = notedServer(place);
    if (noted?.isAlive !== true) return;
    signalNoted(noted, "at-once");
    // Real time: it is the kernel that is waited for.
    await delay(POLL_MS);
  }
  throw giveUp("command-failed", "the scratch server does not end")
    .at(place)
    .advise("See what holds it on this machine: `ps` shows the processes of its account; then resume.");
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

/** A server's working directory is its data directory; if the system does not tell, its pid file has to do. */
async function worksIn(pid: number, place: string): Promise<boolean> {
  if (process.platform !== "linux") return true;
  const directory = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  return directory === (await realpath(dataOf(place)));
}

/** A server that obeys a stranger never fills the disk that others write to: it is ended before. */
const KEPT = { bytes: 256 * 1024 * 1024, files: 65_536 };
/** A disk in memory takes some 30 MB in that time. */
const EVERY_MS = 50;

/** Looks as long as the sandbox's server lives. On a disk with little room, half of it is kept. */
export async function keepRoom(place: string): Promise<void> {
  const first = await roomAt(place);
  const bytes = Math.min(KEPT.bytes, (first?.bytes ?? 0) / 2);
  const files = Math.min(KEPT.files, Math.floor((first?.files ?? 0) / 2));
  const timer = setInterval(() => void look(), EVERY_MS);
  timer.unref();
  const look = async (): Promise<void> => {
    const noted = notedServer(place);
    if (noted?.isAlive !== true) return clearInterval(timer);
    // A place that is gone has no server.
    const free = await roomAt(place).catch(() => undefined);
    if (free !== undefined && free.bytes >= bytes && free.files >= files) return;
    clearInterval(timer);
    signalNoted(noted, "at-once");
    const line = `${ENDED_FOR_ROOM}: less than ${bytesText(bytes)} or ${files} files were left\n`;
    await appendFile(logOf(place), line).catch(() => undefined);
  };
}
