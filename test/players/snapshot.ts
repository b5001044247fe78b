/** World and run directories as they were at one instant of an undisturbed run, and a directory made from them again. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LaptopPhoto } from "./laptop-photo.ts";
import type { BoxState } from "../../src/rehearsal/box/box-state.ts";

export interface Snapshot {
  readonly state: BoxState;
  /** Journal appends that had been made, whichever run they are of. */
  readonly appends: number;
  /** Runs that had a directory, also when their journal was empty. */
  readonly runs: readonly string[];
  /** The evidence that was there: `RUN/evidence/NAME`. */
  readonly evidence: readonly string[];
  /** The state directory's lock files: name → text. */
  readonly locks: Readonly<Record<string, string>>;
  /** Present when the tool starts a PostgreSQL. */
  readonly laptop?: LaptopPhoto;
}

export interface RunJournal {
  readonly run: string;
  /** Lines of the whole journal, each without its newline. */
  readonly lines: readonly string[];
}

/** The files that all snapshots share: journals only grow, and evidence is named by its content. */
export interface RunFiles {
  /** The run that is resumed, and after it the runs of its batch in the order in which they were carried. */
  readonly runs: readonly [RunJournal, ...RunJournal[]];
  /** As a snapshot names it. */
  readonly evidence: Readonly<Record<string, string>>;
  /** The collected log before the tool was started. */
  readonly platformLog: string;
}

/** Every line of every journal, in the order of the appends. */
export const linesOf = ({ runs }: RunFiles): readonly string[] => runs.flatMap(({ lines }) => lines);

export function runsIn(stateDirectory: string): readonly string[] {
  return namesIn(join(stateDirectory, "runs")).sort();
}

export function snapshotOf(
  state: BoxState,
  stateDirectory: string,
  at: { readonly runs: readonly string[]; readonly appends: number },
): Snapshot {
  const evidence = at.runs.flatMap((run) => evidenceOf(stateDirectory, run));
  return { state, ...at, evidence, locks: textsIn(join(stateDirectory, "locks")) };
}

export function readRunFiles(
  stateDirectory: string,
  [first, ...others]: readonly [string, ...string[]],
  platformLog: string,
): RunFiles {
  const journal = (run: string): RunJournal => {
    const text = readFileSync(join(stateDirectory, "runs", run, "journal.jsonl"), "utf8");
    return { run, lines: text.split("\n").filter((line) => line !== "") };
  };
  const paths = [first, ...others].flatMap((run) => evidenceOf(stateDirectory, run));
  const texts = paths.map((path) => [path, readFileSync(join(stateDirectory, "runs", path), "utf8")]);
  return {
    runs: [journal(first), ...others.map(journal)],
    evidence: Object.fromEntries(texts) as Record<string, string>,
    platformLog,
  };
}

/** Writes the state directory of a process that died there, with the rest of each journal. */
export function writeStateDirectory(
  stateDirectory: string,
  files: RunFiles,
  left: Pick<Snapshot, "runs" | "evidence" | "locks"> & { readonly journals: ReadonlyMap<string, Buffer> },
): void {
  const runs = join(stateDirectory, "runs");
  const write = (path: string, content: string | Buffer): void => writeFileSync(path, content, { mode: 0o600 });
  for (const run of left.runs) {
    mkdirSync(join(runs, run, "evidence"), { recursive: true, mode: 0o700 });
    write(join(runs, run, "journal.jsonl"), left.journals.get(run) ?? "");
  }
  for (const path of left.evidence) write(join(runs, path), files.evidence[path] ?? "");
  mkdirSync(join(stateDirectory, "locks"), { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(left.locks)) write(join(stateDirectory, "locks", name), ofTheDead(text));
}

/** The holder was this very process, which lives: as a lock of a process that has ended it names another start. */
function ofTheDead(lock: string): string {
  const holder = JSON.parse(lock) as Record<string, unknown>;
  return JSON.stringify({ ...holder, started: "before-the-kill" });
}

function evidenceOf(stateDirectory: string, run: string): readonly string[] {
  const directory = join(run, "evidence");
  return namesIn(join(stateDirectory, "runs", directory)).map((name) => join(directory, name));
}

function textsIn(directory: string): Record<string, string> {
  return Object.fromEntries(namesIn(directory).map((name) => [name, readFileSync(join(directory, name), "utf8")]));
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
