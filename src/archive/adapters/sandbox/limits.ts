/** Limits for a program in a sandbox. In bubblewrap, util-linux's `prlimit` and `choom` set them from inside. */
import { readFileSync } from "node:fs";
import { totalmem } from "node:os";

/** Bytes, and counts; the same in every sandbox. */
export const BOUNDS = {
  /** PostgreSQL's files end at 1 GiB, and so does a segment of WAL. */
  file: 4 * 1024 ** 3,
  /** More than any server begins; before Linux 5.14 all processes of the account count. */
  processes: 4_096,
  memory: Math.round(totalmem() / 2),
  /** Of each of the two places in memory: PostgreSQL's shared memory lies in one of them. */
  inMemory: 256 * 1024 * 1024,
  /** The kernel ends these processes first when memory runs out (proc(5), oom_score_adj). */
  firstToGo: 1000,
} as const;

/** Absolute paths. */
export interface Limiters {
  readonly prlimit: string;
  readonly choom: string;
}

/** Words in front of a program. */
export function limited({ prlimit, choom }: Limiters): readonly string[] {
  const own = readFileSync("/proc/self/limits", "utf8");
  const limits = [
    ["core", 0],
    ["fsize", atMost(own, "Max file size", BOUNDS.file)],
    ["nproc", atMost(own, "Max processes", BOUNDS.processes)],
    ["as", atMost(own, "Max address space", BOUNDS.memory)],
  ];
  return [prlimit, ...limits.map(([name, value]) => `--${name}=${value}`), choom, "-n", String(BOUNDS.firstToGo), "--"];
}

/** The hard limit that this process has itself cannot be raised: proc(5), /proc/pid/limits. */
function atMost(own: string, name: string, most: number): number {
  const line = own.split("\n").find((each) => each.startsWith(name)) ?? "";
  const [, hard = ""] = line.slice(name.length).trim().split(/\s+/);
  return hard === "unlimited" || hard === "" ? most : Math.min(most, Number(hard));
}
