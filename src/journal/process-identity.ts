/** Which process holds something, and whether it still lives. Pids are reused, so the time of start counts as well. */
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { errnoOf } from "./durable.js";

export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** Boot id and start time in clock ticks from /proc; null where there is no /proc. */
  readonly started: string | null;
}

export function thisProcess(): ProcessIdentity {
  return { host: hostname(), pid: process.pid, started: startOf(process.pid) };
}

/** "elsewhere" where this host cannot tell. */
export function livenessOf(holder: ProcessIdentity): "alive" | "dead" | "elsewhere" {
  if (holder.host !== hostname()) return "elsewhere";
  if (!exists(holder.pid)) return "dead";
  const started = startOf(holder.pid);
  if (started === null || holder.started === null) return "alive";
  return started === holder.started ? "alive" : "dead";
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return errnoOf(thrown) !== "ESRCH";
  }
}

/** Field 22 of /proc/PID/stat (proc_pid_stat(5)); the command in field 2 may hold spaces and parentheses. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const afterCommand = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    // A zombie still answers signal 0, but it does nothing any more.
    return afterCommand[0] === "Z" ? "zombie" : `${boot}:${afterCommand[19] ?? ""}`;
  } catch {
    return null;
  }
}
