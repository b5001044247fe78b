/** Which process holds something, and whether it still lives. Pids are reused, so the time of start counts as well. */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** Boot id and start time in clock ticks from /proc; null if there is no /proc. */
  readonly started: string | null;
  /** Which pids these are: those of a container of the same host name are others. Earlier versions gave none. */
  readonly namespace?: string;
}

export const thisProcess = (): ProcessIdentity => processOf(process.pid);

/** Of this machine, and alive. */
export function processOf(pid: number): ProcessIdentity {
  const namespace = pidNamespace();
  const here = { host: hostname(), pid, started: startOf(pid) };
  return namespace === undefined ? here : { ...here, namespace };
}

/** "elsewhere" if nobody here can tell: on another host, or in another namespace of pids. */
export function livenessOf(holder: ProcessIdentity): "alive" | "dead" | "elsewhere" {
  if (holder.host !== hostname() || (holder.namespace ?? pidNamespace()) !== pidNamespace()) return "elsewhere";
  if (!exists(holder.pid)) return "dead";
  const started = startOf(holder.pid);
  if (started === null || holder.started === null) return "alive";
  return started === holder.started ? "alive" : "dead";
}

/** Containers may share a directory and a host name, and not each other's pids; undefined if there is no /proc. */
export function pidNamespace(): string | undefined {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return undefined;
  }
}

/** Whether a process has that number: also one that may not be signalled. */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return !(thrown instanceof Error && "code" in thrown && thrown.code === "ESRCH");
  }
}

export interface ProcessStat {
  /** A letter: Z for a zombie. */
  readonly state: string;
  /** Time of start in clock ticks since boot. */
  readonly start: string;
}

/** Fields 3 and 22 of /proc/PID/stat (proc_pid_stat(5)): the command in field 2 may hold spaces and parentheses. Undefined if there is none. */
export function statOf(pid: number): ProcessStat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const afterCommand = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: afterCommand[0] ?? "", start: afterCommand[19] ?? "" };
  } catch {
    return undefined;
  }
}

function startOf(pid: number): string | null {
  const stat = statOf(pid);
  if (stat === undefined) return null;
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    // A zombie still answers signal 0, but it does nothing any more.
    return stat.state === "Z" ? "zombie" : `${boot}:${stat.start}`;
  } catch {
    return null;
  }
}
