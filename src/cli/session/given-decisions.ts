/** `--decide STEP=VALUE`: whether the run has such a step, and such a value. Said before anything of the run is touched. */
import { decideCall, decideFlag } from "../../engine/steps/decided.ts";
import { outgrownNames, type RunState, stepOfName } from "../../engine/state/state.ts";
import { type RecoverError, refuse } from "../../errors.ts";
import { DECISIONS } from "../../engine/journal/entry.ts";
import { nearest } from "../../kit/text/nearest.ts";
import { quoted } from "../../kit/text/printable.ts";
import type { Runbook } from "../../engine/runbook/runbook.ts";

/**
 * Errors: `usage` for the first name that neither runbook nor journal knows, and for the first value that cannot be
 * decided; both list the valid ones. `question-unanswered` for a value that only a person at a terminal may choose.
 */
export function requireDecidable(decide: ReadonlyMap<string, string>, runbook: Runbook, state: RunState): void {
  for (const [name, value] of decide) {
    if (!isKnown(name, runbook, state)) throw noStep(name, runbook, state);
    requireValue({ name, value }, runbook, state);
  }
}

/** For an undo: a question of the way forward is none of the way back. */
export function requireDecidableBack(decide: ReadonlyMap<string, string>, runbook: Runbook, state: RunState): void {
  const isBack = state.undoAsked || state.back;
  requireDecidable(decide, runbook, isBack ? state : { ...state, openQuestion: undefined });
}

/** Of a batch: its databases have runs of their own, and its own steps have come to their end. Errors: `usage`. */
export function requireUndecided(decide: ReadonlyMap<string, string>, batch: string): void {
  const [first] = decide;
  if (first === undefined) return;
  throw refuse("usage", `run ${batch} is a batch, which has nothing to decide about ${quoted(first[0])}`)
    .at("--decide")
    .advise(
      `Give the decision to the run that asks for it: "dingo-recover resume RUN ${decideFlag(...first)}". "dingo-recover runs" lists them.`,
    );
}

interface Given {
  readonly name: string;
  readonly value: string;
}

function isKnown(name: string, runbook: Runbook, state: RunState): boolean {
  if (state.units.has(name) || outgrownNames(state).includes(name)) return true;
  const step = runbook.steps.find(({ id }) => id === stepOfName(name));
  // Items come to be while the run is at work.
  return step !== undefined && (step.forEach !== undefined) === name.endsWith("]");
}

function requireValue(given: Given, runbook: Runbook, state: RunState): void {
  const { name, value } = given;
  const open = state.openQuestion?.unit === name ? state.openQuestion : undefined;
  if (open?.choices.includes(value) === true || isAnswer(given, state)) return;
  if (open?.byPerson.includes(value) === true) throw byPersonAlone(given, state);
  const isDecision = DECISIONS.some((each) => each === value);
  if (isDecision && (open === undefined || mayBeInDoubt(name, runbook, state))) return;
  throw noValue(given, state);
}

/** A script that gives the same flag again is told by the run that it decides nothing more. */
function isAnswer({ name, value }: Given, { answers }: RunState): boolean {
  return [...answers].some(([key, answer]) => key.startsWith(`${name}\n`) && answer.value === value);
}

/** A read has no effect that nobody could tell of. */
function mayBeInDoubt(name: string, runbook: Runbook, { units }: RunState): boolean {
  const isRead = runbook.steps.find(({ id }) => id === stepOfName(name))?.action.effect === "read";
  return !isRead && ["running", "waiting", "failed", "in-doubt", "reopened"].includes(units.get(name)?.kind ?? "");
}

function noValue({ name, value }: Given, state: RunState): RecoverError {
  const { openQuestion: open } = state;
  const choices = open === undefined ? "" : `${open.choices.join(", ")} (${quoted(open.prompt)})`;
  const asked =
    open === undefined ? "" : ` The open question is about ${quoted(open.unit)}, its choices are ${choices}.`;
  return refuse("usage", `${quoted(value)} is nothing that can be decided about ${quoted(name)}`)
    .at("--decide")
    .advise(
      open?.unit === name
        ? `Its choices are ${choices}.`
        : `A step in doubt takes ${DECISIONS.join(", ")}; no other question about ${quoted(name)} is open.${asked}`,
    );
}

function byPersonAlone({ name, value }: Given, { run, openQuestion }: RunState): RecoverError {
  const resume = `dingo-recover resume ${run}`;
  const call = decideCall(resume, name, openQuestion?.choices ?? []);
  const decide = call === undefined ? "" : `, or decide otherwise with ${call}`;
  return refuse("question-unanswered", `${quoted(value)} of ${quoted(name)} is chosen at a terminal alone`)
    .at(`step ${name}`)
    .advise(`Nothing was done. Continue at a terminal with "${resume}"${decide}.`);
}

function noStep(name: string, runbook: Runbook, { run, units, backs, openQuestion }: RunState): RecoverError {
  const inDoubt = [...units, ...backs].flatMap(([unit, { kind }]) => (kind === "in-doubt" ? [unit] : []));
  const ids = runbook.steps.map(({ id, forEach }) => (forEach === undefined ? id : `${id}[ITEM]`));
  const doubt =
    inDoubt.length > 0
      ? `In doubt is ${[...new Set(inDoubt)].map((unit) => quoted(unit)).join(", ")}.`
      : "No step of it is in doubt.";
  const asked = openQuestion === undefined ? "" : ` The open question is about ${quoted(openQuestion.unit)}.`;
  const near = nearest(name, [...units.keys(), ...runbook.steps.map(({ id }) => id)]);
  const meant = near === undefined ? "" : `Did you mean "${near}"? `;
  return refuse("usage", `run ${run} has no step ${quoted(name)} to decide about`)
    .at("--decide")
    .advise(`${meant}${doubt}${asked} Its steps are: ${ids.join(", ")}.`);
}
