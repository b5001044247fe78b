/** `--decide STEP=…`: whether the run has such a step. Said before anything of the run is touched. */
import { outgrownNames, type RunState, stepOfName } from "../engine/state.js";
import { RecoverError } from "../errors.js";
import { nearest } from "../nearest.js";
import { quoted } from "../printable.js";
import type { Runbook } from "../runbook/runbook.js";

/**
 * Throws `usage` for the first name that is no step of the runbook and none that the journal knows, with the names there
 * are: those in doubt where there is one.
 */
export function requireKnownSteps(names: Iterable<string>, runbook: Runbook, state: RunState): void {
  for (const name of names) if (!isKnown(name, runbook, state)) throw noStep(name, runbook, state);
}

function isKnown(name: string, runbook: Runbook, state: RunState): boolean {
  if (state.units.has(name) || outgrownNames(state).includes(name)) return true;
  const step = runbook.steps.find(({ id }) => id === stepOfName(name));
  // Items come to be while the run is at work.
  return step !== undefined && (step.forEach !== undefined) === name.endsWith("]");
}

function noStep(name: string, runbook: Runbook, { run, units, backs }: RunState): RecoverError {
  const inDoubt = [...units, ...backs].flatMap(([unit, { kind }]) => (kind === "in-doubt" ? [unit] : []));
  const ids = runbook.steps.map(({ id, forEach }) => (forEach === undefined ? id : `${id}[ITEM]`));
  const remedy =
    inDoubt.length > 0
      ? `In doubt is ${[...new Set(inDoubt)].map((unit) => quoted(unit)).join(", ")}.`
      : "No step of it is in doubt.";
  const near = nearest(name, [...units.keys(), ...runbook.steps.map(({ id }) => id)]);
  const meant = near === undefined ? "" : `Did you mean "${near}"? `;
  return new RecoverError("usage", `run ${run} has no step ${quoted(name)} to decide about`, {
    remedy: `${meant}${remedy} Its steps are: ${ids.join(", ")}.`,
    place: "--decide",
    effect: "none",
  });
}
