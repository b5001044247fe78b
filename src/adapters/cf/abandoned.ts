/**
 * Homes of the cf CLI whose process is dead, of whatever command and run: they hold tokens. A home's name says which
 * process made it: MACHINE-PID-START, START in clock ticks since boot, since pids are reused.
 */
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { lstat, readdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { endOrphans } from "./orphans.js";

const NAME = /^dingo-recover-cf-(?:([0-9a-f]{8})-(\d+)-(\d+)-)?[0-9a-f]{16}$/;

export function newHomeName(): string {
  const random = randomBytes(8).toString("hex");
  return `dingo-recover-cf-${machine()}-${process.pid}-${startOf(process.pid) ?? 0}-${random}`;
}

export function isHomeName(name: string): boolean {
  return NAME.test(name);
}

/** Removes the homes in a directory whose process is dead on this machine. What cannot be removed is left lying. */
export async function removeAbandoned(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names.filter(isAbandoned)) await removeHome(join(parent, name)).catch(() => undefined);
}

/** Ends the processes that use it first. False where it is not surely ours; a home that is gone counts as removed. */
export async function removeHome(path: string): Promise<boolean> {
  try {
    const found = await lstat(path);
    if (!found.isDirectory() || found.uid !== process.getuid?.()) return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ENOENT";
  }
  await endOrphans(path);
  await rm(path, { recursive: true, force: true });
  return true;
}

function isAbandoned(name: string): boolean {
  const [, where, pid, start] = NAME.exec(name) ?? [];
  if (where === undefined || where !== machine()) return false;
  const now = startOf(Number(pid));
  // Where nothing tells the time of start, a process of that number may be the one.
  if (now === undefined) return !exists(Number(pid));
  return String(now) !== start;
}

/** Host and namespace of process numbers: containers may share a directory and not each other's processes. */
function machine(): string {
  let namespace = "";
  try {
    namespace = readlinkSync("/proc/self/ns/pid");
  } catch {
    // Only Linux has them.
  }
  return createHash("sha256").update(`${hostname()}\n${namespace}`).digest("hex").slice(0, 8);
}

/** Field 22 of /proc/PID/stat (proc_pid_stat(5)); undefined where there is none. */
function startOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
  } catch {
    return undefined;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}
