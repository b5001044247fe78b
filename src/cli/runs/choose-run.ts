import { hasTouched } from "../../engine/journal/entry.ts";
import { refuse } from "../../errors.ts";
import type { RunSummary } from "../../engine/state/summary.ts";
import type { StateDirectory } from "../../engine/journal/state-directory.ts";
import { printable } from "../../kit/text/printable.ts";
import { BATCH_RUNBOOK, unfinishedBatches } from "./batch.ts";
import { cleanupsOf, isCleanUp } from "./cleanups.ts";
import { allRuns, type ListedRun, openRehearsals, openRuns, playedAt } from "./open-runs.ts";
import { readOnce, type SavedRuns } from "./read-once.ts";

/** The run that a prefix names. Without a prefix, the only open run; a rehearsal must be named. */
export function chooseRun(directory: SavedRuns, prefix: string | undefined, remedy = BEGIN): string {
  if (prefix !== undefined && prefix !== "") return directory.find(prefix);
  const run = onlyOpen(readOnce(directory));
  if (run !== undefined) return run;
  throw refuse("run-not-found", "no run is open").at(directory.path).advise(remedy);
}

const BEGIN = "Begin one with dingo-recover run; dingo-recover runs lists all.";

export interface Fallback {
  readonly say: (text: string) => void;
  /** The remedy if no run is open, for a command that accepts an ended one. */
  readonly ended?: () => string | undefined;
  /** Only looks: at a rehearsal that has ended as well. */
  readonly looks?: boolean;
}

/**
 * As `chooseRun`; if no run is open, the last rehearsal that goes on. A rehearsal is never in the way of a run, and
 * harms nothing.
 */
export function chooseRunOrRehearsal(
  directory: SavedRuns,
  prefix: string | undefined,
  { say, ended, looks = false }: Fallback,
): string {
  if (prefix !== undefined && prefix !== "") return directory.find(prefix);
  const saved = readOnce(directory);
  const run = onlyOpen(saved);
  if (run !== undefined) return run;
  const goesOn = rehearsals(saved).at(-1);
  const last = goesOn ?? lastRehearsal(saved);
  if (last === undefined || (goesOn === undefined && !looks)) return chooseRun(saved, prefix, ended?.() ?? gone(last));
  say(`No run is open. The last rehearsal${goesOn === undefined ? "" : " that can be resumed"} is ${last}.`);
  return last;
}

const gone = (rehearsal: string | undefined): string =>
  rehearsal === undefined
    ? BEGIN
    : `The last rehearsal, ${rehearsal}, has ended: it cannot be taken back any more. To see an undo: dingo-recover rehearse SCENARIO --undo.`;

/** The last rehearsal, also if it has ended. */
function lastRehearsal(directory: SavedRuns): string | undefined {
  return allRuns(directory)
    .filter(({ rehearsal }) => rehearsal)
    .map(({ run }) => ({ run, at: playedAt(directory, run) }))
    .sort((a, b) => a.at - b.at)
    .at(-1)?.run;
}

/** Rehearsals that can go on, the last one at the end. A run of a batch is named by its batch. */
function rehearsals(directory: SavedRuns): readonly string[] {
  const batches = unfinishedBatches(directory).filter(({ batch }) => batch.rehearsal);
  const within = new Set(batches.flatMap(({ runs }) => runs));
  const alone = openRehearsals(directory).filter(({ run }) => !within.has(run));
  const lastOf = (runs: readonly string[]): number => Math.max(...runs.map((run) => playedAt(directory, run)));
  return [
    ...batches.map(({ batch: { run }, runs }) => ({ run, at: lastOf([run, ...runs]) })),
    ...alone.map(({ run }) => ({ run, at: lastOf([run]) })),
  ]
    .sort((a, b) => a.at - b.at)
    .map(({ run }) => run);
}

export type OfferedRun = Pick<RunSummary, "run" | "runbook" | "target" | "step"> & {
  readonly state: string;
  /** Another process is at work on it. */
  readonly carried: boolean;
};

/** Open runs that are no rehearsals. */
export function offeredRuns(directory: SavedRuns): readonly OfferedRun[] {
  const saved = readOnce(directory);
  const { batches, alone } = openOf(saved);
  const runs = [
    ...batches.map(({ batch: { run, org, space } }) => {
      const target = `${org}/${space}`;
      return { run, runbook: BATCH_RUNBOOK, target, state: "stopped", step: "its databases" } as const;
    }),
    ...alone,
  ];
  return runs.map((each) => ({ ...each, carried: saved.isCarried(each.run) }));
}

/** Unfinished batches, and open runs outside them: those of a batch are resumed through it. */
function openOf(directory: SavedRuns) {
  const batches = unfinishedBatches(directory).filter(({ batch }) => !batch.rehearsal);
  const within = new Set(batches.flatMap(({ runs }) => runs));
  const alone = openRuns(directory).filter(({ run, rehearsal }) => !rehearsal && !within.has(run));
  return { batches, alone };
}

function onlyOpen(directory: SavedRuns): string | undefined {
  const { batches, alone } = openOf(directory);
  const names = [...batches.map(({ batch }) => batch), ...alone].map(({ run }) => run);
  if (names.length < 2) return names[0];
  throw refuse("run-ambiguous", `${names.length} runs are open: ${names.join(", ")}`)
    .at(directory.path)
    .advise("Name one of them.");
}

/** The most runs that are offered for an undo; `dingo-recover runs` lists all. */
const MOST = 5;

/** The last runs that an undo may take back: they succeeded, changed something, are no rehearsals, and no cleanup followed. */
export function undoable(state: StateDirectory): readonly ListedRun[] {
  const found: ListedRun[] = [];
  for (const each of allRuns(state).toSorted((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1))) {
    if (found.length === MOST) break;
    const { run, runbook, state: how, rehearsal } = each;
    if (how !== "succeeded" || rehearsal || isCleanUp(runbook) || !hasTouched(state.read(run).entries)) continue;
    const { read, suspects } = cleanupsOf(state, run);
    if (suspects.length === 0 && !read.some(({ hasDeleted }) => hasDeleted)) found.unshift(each);
  }
  return found;
}

/** The command that undoes each of these, the last run at the end; undefined if there is none. */
export function undoCommands(state: StateDirectory): string | undefined {
  const lines = undoable(state).map(
    ({ run, target, updatedAt }) => `\n  dingo-recover undo ${run}  # ${printable(target)}, ended ${updatedAt}`,
  );
  return lines.length === 0 ? undefined : `These have succeeded and can be taken back:${lines.join("")}`;
}
