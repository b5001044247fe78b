/** World and run directory as they were at one instant of an undisturbed run, and a directory made from them again. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BoxState } from "../box/box-state.js";

export interface Snapshot {
  readonly state: BoxState;
  /** Journal appends that had been made. */
  readonly appends: number;
  /** Names of the run's evidence that was there. */
  readonly evidence: readonly string[];
  /** The state directory's lock files: name → text. */
  readonly locks: Readonly<Record<string, string>>;
}

/** What all snapshots of a run share: its journal only grows, and its evidence is named by its content. */
export interface RunFiles {
  readonly run: string;
  /** Lines of the whole journal, each without its newline. */
  readonly journal: readonly string[];
  readonly evidence: Readonly<Record<string, string>>;
  /** The collected log before the tool was started. */
  readonly platformLog: string;
}

export function snapshotOf(state: BoxState, stateDirectory: string, at: { run: string; appends: number }): Snapshot {
  const evidence = Object.keys(textsIn(join(stateDirectory, "runs", at.run, "evidence"), false));
  return { state, appends: at.appends, evidence, locks: textsIn(join(stateDirectory, "locks"), true) };
}

export function readRunFiles(stateDirectory: string, run: string, platformLog: string): RunFiles {
  const directory = join(stateDirectory, "runs", run);
  const journal = readFileSync(join(directory, "journal.jsonl"), "utf8").split("\n");
  return {
    run,
    journal: journal.filter((line) => line !== ""),
    evidence: textsIn(join(directory, "evidence"), true),
    platformLog,
  };
}

/** Writes the state directory of a process that died there, its journal ending in `torn`. */
export function writeStateDirectory(
  stateDirectory: string,
  files: RunFiles,
  { evidence, locks, journal }: Pick<Snapshot, "evidence" | "locks"> & { readonly journal: string | Buffer },
): void {
  const run = join(stateDirectory, "runs", files.run);
  mkdirSync(join(run, "evidence"), { recursive: true, mode: 0o700 });
  mkdirSync(join(stateDirectory, "locks"), { recursive: true, mode: 0o700 });
  writeFileSync(join(run, "journal.jsonl"), journal, { mode: 0o600 });
  for (const name of evidence) writeFileSync(join(run, "evidence", name), files.evidence[name] ?? "", { mode: 0o600 });
  for (const [name, text] of Object.entries(locks))
    writeFileSync(join(stateDirectory, "locks", name), ofTheDead(text), { mode: 0o600 });
}

/** The holder was this very process, which lives: as a lock of a process that has ended it names another start. */
function ofTheDead(lock: string): string {
  const holder = JSON.parse(lock) as Record<string, unknown>;
  return JSON.stringify({ ...holder, started: "before-the-kill" });
}

function textsIn(directory: string, withText: boolean): Record<string, string> {
  let names: readonly string[] = [];
  try {
    names = readdirSync(directory);
  } catch {
    return {};
  }
  return Object.fromEntries(names.map((name) => [name, withText ? readFileSync(join(directory, name), "utf8") : ""]));
}
