/** The things that a run left aside, as inputs of the runbook that deletes them: from its journal alone. */
import { z } from "zod";
import type { JsonObject } from "../../action.ts";
import { baseNamed } from "../../archive/names/layout.ts";
import { replay } from "../../engine/state/replay.ts";
import { type Entry, endOf } from "../../engine/journal/entry.ts";
import { refuse } from "../../errors.ts";
import type { StateDirectory } from "../../engine/journal/state-directory.ts";
import { isCleanUp } from "./cleanups.ts";
import { leftCopy } from "./left-copy.ts";
import { allRuns, type ListedRun } from "./open-runs.ts";

const setAside = z.object({
  guid: z.string(),
  source: z.string(),
  target: z.string(),
  deployment: z.string(),
  cell: z.string(),
  container: z.string(),
});

/** Undefined if the run moved nothing aside. Error: `guard-refused` while the run is open. */
export function leftAside(entries: readonly Entry[], run: string): JsonObject | undefined {
  refuseOpen(entries, run);
  const started = asideBy(entries);
  if (started === undefined) return undefined;
  const input = setAside.parse(started.input);
  const { guid, source, target: archive, deployment, cell, container } = input;
  const base_backup = endOf(entries)?.outcome === "undone" ? "" : ownBackup(entries, run);
  const target = replay(entries).target ?? "";
  return { run, target, guid, source, archive, base_backup, deployment, cell, container };
}

/** Runs that have ended and left things that nobody has deleted yet. Rehearsals and unreadable journals are passed over. */
export function cleanable(state: StateDirectory): readonly ListedRun[] {
  const ended = allRuns(state).filter(({ state: how }) => how === "succeeded" || how === "undone");
  const cleaned = ended
    .filter(({ runbook }) => isCleanUp(runbook))
    .map(({ run }) => replay(state.read(run).entries).inputs["run"]);
  const left = (run: string): boolean => {
    const { entries } = state.read(run);
    return asideBy(entries) !== undefined || leftCopy(entries, run) !== undefined;
  };
  return ended.filter(({ run, rehearsal }) => !rehearsal && !cleaned.includes(run) && left(run));
}

function asideBy(entries: readonly Entry[]): Extract<Entry, { readonly type: "step-started" }> | undefined {
  const started = entries.find((entry) => entry.type === "step-started" && entry.action === "archive.set-aside");
  return started?.type === "step-started" ? started : undefined;
}

/** The base backup that the recovered database made, as the run saw it. An earlier version could take a copied one for it. */
function ownBackup(entries: readonly Entry[], run: string): string {
  const name = backupNamed(entries, "archive.wait-base-backup");
  const own = baseNamed(name)?.start.timeline ?? 0;
  const restored = baseNamed(backupNamed(entries, "archive.verify-source"))?.start.timeline ?? 1;
  if (own > restored) return name;
  throw refuse("guard-refused", `run ${run} saw no base backup that the recovered database made`)
    .at(run)
    .advise("Nothing was deleted: what is aside may still be needed.");
}

function backupNamed(entries: readonly Entry[], action: string): string {
  const started = entries.findLast((entry) => entry.type === "step-started" && entry.action === action);
  const step = started?.type === "step-started" ? started.step : undefined;
  const ended = entries.findLast((entry) => entry.type === "step-succeeded" && entry.step === step);
  const name = ended?.type === "step-succeeded" ? ended.output["base_backup"] : undefined;
  return typeof name === "string" ? name : "";
}

function refuseOpen(entries: readonly Entry[], run: string): void {
  if (endOf(entries) !== undefined) return;
  throw refuse("guard-refused", `run ${run} is open: what it moved aside is its way back`)
    .at(run)
    .advise(`Bring it to its end first, with "dingo-recover resume ${run}" or "dingo-recover undo ${run}".`);
}
