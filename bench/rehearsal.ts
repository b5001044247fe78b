/**
 * A whole rehearsed recovery: wall time at both paces, processor time (which a busy machine hardly changes), and the
 * peak memory (VmHWM) of the ordinary program. Linux only: it reads /proc.
 *
 *   npx node bench/rehearsal.ts     goals: person ≤ 8 s, max ≤ 3 s, peak ≤ 150 MiB
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const GOALS = { person: 8, max: 3 } as const;
const GOAL_MIB = 150;
const LOOK_MS = 50;
/** Of /proc/PID/stat; Linux has said 100 a second to programs for ever. */
const TICKS_A_SECOND = 100;

interface Measured {
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly peakMiB: number;
}

interface Seen {
  ticks: number;
  peakKiB: number;
}

function look(pid: number, seen: Map<number, Seen>): void {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    const peak = /VmHWM:\s+(\d+)/u.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    seen.set(pid, { ticks: Number(stat[11]) + Number(stat[12]), peakKiB: Number(peak ?? 0) });
    for (const task of readdirSync(`/proc/${pid}/task`))
      for (const child of readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean))
        look(Number(child), seen);
  } catch {
    // It has ended between two looks: what was seen last counts.
  }
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once("close", (code) => resolve(code)));

async function rehearse(pace: keyof typeof GOALS): Promise<Measured> {
  const directory = mkdtempSync(join(tmpdir(), "dingo-recover-bench-"));
  const seen = new Map<number, Seen>();
  const began = performance.now();
  const words = ["src/bin.cjs", "rehearse", "--pace", pace, "--state-dir", directory];
  const supervisor = spawn(process.execPath, words, { stdio: "ignore" });
  const pid = supervisor.pid ?? 0;
  const looking = setInterval(() => look(pid, seen), LOOK_MS);
  const code = await ended(supervisor);
  clearInterval(looking);
  const seconds = (performance.now() - began) / 1000;
  rmSync(directory, { recursive: true, force: true });
  if (code !== 0) throw new Error(`the rehearsal at pace ${pace} ended with ${code ?? "a signal"}`);
  const { [pid]: _own, ...below } = Object.fromEntries(seen);
  return {
    seconds,
    processorSeconds: [...seen.values()].reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_A_SECOND,
    peakMiB: Math.max(0, ...Object.values(below).map(({ peakKiB }) => peakKiB)) / 1024,
  };
}

for (const pace of ["person", "max"] as const) {
  const { seconds, processorSeconds, peakMiB } = await rehearse(pace);
  const goal = GOALS[pace];
  console.log(
    `pace ${pace}: ${seconds.toFixed(1)} s, ratio to the goal of ${goal} s ${(seconds / goal).toFixed(2)}; ` +
      `processor ${processorSeconds.toFixed(1)} s; peak ${peakMiB.toFixed(0)} MiB, ` +
      `ratio to the goal of ${GOAL_MIB} MiB ${(peakMiB / GOAL_MIB).toFixed(2)}`,
  );
}
