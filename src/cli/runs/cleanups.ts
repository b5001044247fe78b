/** Runs that clean up after another one: no undo brings back the things that they deleted. */
import { replay } from "../../engine/state/replay.ts";
import { RecoverError, refuse } from "../../errors.ts";
import { type Entry, endOf } from "../../engine/journal/entry.ts";
import type { StateDirectory } from "../../engine/journal/state-directory.ts";
import { type Fields, jsonOf } from "../../kit/json.ts";
import { quote } from "../../kit/commands/shell-quote.ts";

export const CLEAN_UP = "clean-up";
/** The runbook that deletes the copy of a recovery to a time. */
export const CLEAN_UP_COPY = "clean-up-copy";

export const isCleanUp = (runbook: string): boolean => runbook === CLEAN_UP || runbook === CLEAN_UP_COPY;

export interface Cleanup {
  readonly run: string;
  readonly isOpen: boolean;
  /** A step that deletes was begun: nothing of the run can be taken back any more. */
  readonly hasDeleted: boolean;
}

export interface Cleanups {
  readonly read: readonly Cleanup[];
  /** Runs whose journal cannot be read, and which cannot be one of them. */
  readonly leftOut: readonly string[];
  /** The same, of which nobody can tell (law 5). */
  readonly suspects: readonly string[];
}

/** Runs that clean up after the given one. */
export function cleanupsOf(state: StateDirectory, run: string): Cleanups {
  const found: { read: Cleanup[]; leftOut: string[]; suspects: string[] } = { read: [], leftOut: [], suspects: [] };
  for (const other of state.list()) {
    if (other === run) continue;
    const entries = entriesOf(state, other);
    if (entries !== undefined) found.read.push(...cleanupIn(entries, { run, other }));
    else (mayCleanUp(state.textOf(other), { run, other }) ? found.suspects : found.leftOut).push(other);
  }
  return found;
}

interface Pair {
  readonly run: string;
  readonly other: string;
}

function entriesOf(state: StateDirectory, run: string): readonly Entry[] | undefined {
  try {
    return state.read(run).entries;
  } catch (thrown) {
    if (thrown instanceof RecoverError) return undefined;
    throw thrown;
  }
}

function cleanupIn(entries: readonly Entry[], { run, other }: Pair): readonly Cleanup[] {
  const begun = replay(entries);
  if (!isCleanUp(begun.runbook) || begun.inputs["run"] !== run) return [];
  // No way back needs a copy that can be made again.
  const hasDeleted =
    begun.runbook === CLEAN_UP && entries.some((entry) => entry.type === "step-started" && entry.effect === "destroy");
  return [{ run: other, isOpen: endOf(entries) === undefined, hasDeleted }];
}

/**
 * Judges an unsound journal by its text. Its first line names its runbook, and each step that deletes names the run
 * that it cleans up after. A text without a whole line tells nothing.
 */
export function mayCleanUp(text: string | undefined, { run, other }: Pair): boolean {
  // A run's name begins with its time: nobody cleans up after a run before it.
  if (secondOf(other) < secondOf(run)) return false;
  if (text === undefined) return true;
  const lines = text.split("\n").map(fieldsOf);
  const [first] = lines;
  if (first?.["type"] === "run-started" && first["runbook"] !== CLEAN_UP) return false;
  return text.includes(run) || lines.every((line) => line === undefined);
}

const secondOf = (run: string): string => run.slice(0, "20261121-120000".length);

function fieldsOf(line: string): Fields | undefined {
  const value = jsonOf(line);
  return value !== null && typeof value === "object" ? { ...value } : undefined;
}

export const leftOutLine = (other: string): string =>
  `run ${other} is left out: its journal cannot be read; ${quote(["dingo-recover", "journal", "verify", other])} says why`;

/** Error: `guard-refused` if a run with an unreadable journal may clean up after this one. */
export function refuseSuspects(state: StateDirectory, run: string, { suspects }: Cleanups): void {
  const [first] = suspects;
  if (first === undefined) return;
  throw refuse(
    "guard-refused",
    `the journal of ${suspects.join(", ")} cannot be read: it may have deleted what run ${run} moved aside`,
  )
    .at(state.directoryOf(first))
    .advise(
      `Look at it with "${quote(["dingo-recover", "journal", "verify", first])}" and at what lies aside. If it is no cleanup of run ${run}, move ${quote([state.directoryOf(first)])} to another place and call this again.`,
    );
}
