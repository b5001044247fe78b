/** Journal entries → state of the run. Pure; the only place that gives entries their meaning (I1). */
import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../../action.ts";
import { unreachable } from "../../errors.ts";
import type { Entry } from "../journal/entry.ts";
import {
  type Approval,
  type BackState,
  decisionKey,
  mayHaveChanged,
  type OpenQuestion,
  questionKey,
  type RunState,
  type StepState,
  stateOf,
  type Unit,
  unitName,
} from "./state.ts";

const START: RunState = {
  run: "",
  runbook: "",
  runbookSha256: "",
  stepHashes: {},
  operator: "",
  rehearsal: false,
  startedAt: "",
  updatedAt: "",
  epoch: 0,
  inputs: {},
  defaulted: [],
  target: undefined,
  locks: [],
  units: new Map(),
  items: new Map(),
  outgrown: new Map(),
  notes: new Map(),
  answers: new Map(),
  openQuestion: undefined,
  approvals: [],
  decisions: new Map(),
  drifts: 0,
  undoAsked: false,
  back: false,
  backs: new Map(),
  current: undefined,
  phase: { kind: "running" },
};

/** Words of people elsewhere count for nothing here (E5). */
const NOBODYS_WORD = {
  approvals: START.approvals,
  answers: START.answers,
  decisions: START.decisions,
} as const;

function isOfAnotherMachine(entry: Extract<Entry, { type: "run-resumed" }>, { phase }: RunState): boolean {
  return entry.imported === true || (phase.kind === "ended" && phase.outcome === "handed-over");
}

/**
 * Made by the replay under way, and seen by nobody else: these are changed in place. Copies would let a stranger's
 * journal take the square of its length.
 */
let made: WeakSet<object> | undefined;

export function replay(entries: readonly Entry[]): RunState {
  made = new WeakSet();
  try {
    return entries.reduce(advance, START);
  } finally {
    made = undefined;
  }
}

/** The value itself if the replay made it, else a copy. */
function own<T extends object>(value: T, copy: (value: T) => T): T {
  if (made?.has(value) === true) return value;
  const copied = copy(value);
  made?.add(copied);
  return copied;
}

/** One entry further. */
export function advance(before: RunState, entry: Entry): RunState {
  const state: RunState = { ...before, run: entry.run, epoch: entry.epoch, updatedAt: entry.time };
  switch (entry.type) {
    case "run-started":
      return {
        ...state,
        runbook: entry.runbook,
        runbookSha256: entry.runbookSha256,
        stepHashes: entry.steps ?? {},
        operator: entry.operator,
        rehearsal: entry.rehearsal,
        startedAt: entry.time,
        inputs: entry.inputs,
        defaulted: entry.defaulted ?? [],
      };
    case "input-given":
      return { ...state, inputs: withInput(state.inputs, entry) };
    case "target-fixed":
      return { ...state, target: entry.target, locks: withAll(state.locks, entry.locks) };
    case "run-resumed":
      return {
        ...state,
        ...(isOfAnotherMachine(entry, before) ? NOBODYS_WORD : {}),
        operator: entry.operator,
        phase: { kind: "running" },
        undoAsked: entry.back === true,
        // A question of the way forward is none of the way back.
        openQuestion: entry.back === true ? undefined : state.openQuestion,
      };
    case "runbook-accepted":
      return { ...state, runbookSha256: entry.runbookSha256, stepHashes: entry.steps ?? {} };
    case "step-recorded":
      return { ...state, notes: added(state.notes, unitName(entry), { kind: entry.kind, data: entry.data }) };
    case "items-fixed":
      return { ...state, items: put(state.items, entry.step, entry.items), current: { step: entry.step } };
    case "decided":
      return { ...state, decisions: decisionsWith(entry, state) };
    case "answered":
      return { ...state, answers: put(state.answers, keyOf(entry), { value: entry.value, by: entry.by }) };
    case "approved":
      return { ...state, approvals: withAll(state.approvals, approvalsOf(entry)) };
    case "drift-found":
      return { ...state, drifts: state.drifts + 1 };
    case "run-stopped":
      return { ...state, phase: before.phase.kind === "ended" ? before.phase : stoppedBy(entry) };
    case "run-ended":
      return { ...state, phase: { kind: "ended", outcome: entry.outcome } };
    case "step-started":
    case "step-succeeded":
    case "step-failed":
    case "step-in-doubt":
    case "step-skipped":
    case "step-undone":
    case "waited": {
      const unit: Unit = "item" in entry ? { step: entry.step, item: entry.item } : { step: entry.step };
      const way = backAfter(entry);
      if (way !== undefined) {
        const backs = put(state.backs, unitName(unit), way);
        const decisions = decisionsAfter(entry, state);
        return { ...state, back: state.back || state.undoAsked, backs, decisions, current: unit };
      }
      const own = stateOf(state, unit);
      const openQuestion = openAfter(entry, state);
      // A list that is looked at again is fixed again; its units have entries of their own.
      if (isOpenedAnew(entry) && state.items.has(entry.step) && unit.item === undefined)
        return { ...state, items: without(state.items, entry.step), current: unit };
      const units = put(state.units, unitName(unit), stepAfter(entry, own));
      const isUndone = entry.type === "step-undone" && entry.again !== true;
      const backs = isUndone ? without(state.backs, unitName(unit)) : state.backs;
      const back = state.back || (isUndone && state.undoAsked);
      const outgrown = outgrownAfter(entry, own, state);
      const decisions = decisionsAfter(entry, state);
      return { ...state, back, units, backs, outgrown, decisions, openQuestion, current: unit };
    }
    case "asked":
      return { ...state, openQuestion: openedBy(entry) };
    case "resource-opened":
    case "resource-closed":
      return state;
    default:
      return unreachable(entry);
  }
}

type StepEntry = Extract<
  Entry,
  {
    type:
      | "step-started"
      | "step-succeeded"
      | "step-failed"
      | "step-in-doubt"
      | "step-skipped"
      | "step-undone"
      | "waited";
  }
>;

function stepAfter(entry: StepEntry, before: StepState): StepState {
  const input = "input" in before ? before.input : undefined;
  // The output of the attempt before the reopening: its way back may use it, until another attempt begins.
  const last = {
    ...("output" in before ? { output: before.output } : {}),
    ...("anew" in before ? { anew: before.anew } : {}),
  };
  switch (entry.type) {
    case "step-started":
      return { kind: "running", attempt: entry.attempt, input: entry.input };
    case "step-succeeded":
      return {
        kind: "succeeded",
        attempt: entry.attempt,
        how: entry.how,
        input: input ?? {},
        output: entry.output,
        evidence: entry.evidence,
      };
    case "step-failed":
      return {
        kind: "failed",
        attempt: entry.attempt,
        error: entry.error,
        probed: entry.probed,
        // Kept from an earlier attempt too: what once began is probed before anything else (law 4).
        ...(input === undefined ? {} : { input }),
        ...last,
      };
    case "step-in-doubt":
      return {
        kind: "in-doubt",
        attempt: entry.attempt,
        input: input ?? {},
        evidence: entry.evidence,
        ...(entry.error === undefined ? {} : { error: entry.error }),
        ...last,
      };
    case "step-skipped": {
      const begun = before.kind === "reopened" ? { attempt: before.attempt, input: before.input } : {};
      return { kind: "skipped", why: entry.why, ...begun, ...("output" in before ? { output: before.output } : {}) };
    }
    case "step-undone":
      return undoneAfter(entry, before);
    case "waited":
      // Also a guard or a re-check can wait; only a step that runs is "waiting".
      return before.kind === "running" || before.kind === "waiting"
        ? { kind: "waiting", attempt: before.attempt, input: before.input, error: entry.error }
        : before;
    default:
      return unreachable(entry);
  }
}

const isOpenedAnew = (entry: StepEntry): boolean => entry.type === "step-undone" && entry.again === true;

/** With `again` nothing was taken back: what is known of the effect is kept (law 4). */
function undoneAfter(entry: Extract<StepEntry, { type: "step-undone" }>, before: StepState): StepState {
  const { attempt, evidence } = entry;
  if (entry.again !== true) return { kind: "undone", attempt, evidence };
  if (!("input" in before))
    return before.kind === "skipped" ? { kind: "pending" } : { kind: "undone", attempt, evidence };
  const output = "output" in before ? { output: before.output } : {};
  return { kind: "reopened", attempt, input: before.input, ...output, evidence, anew: true };
}

/** An attempt that acts on something else leaves what the one before it may have done. */
function outgrownAfter(entry: StepEntry, before: StepState, { outgrown }: RunState): RunState["outgrown"] {
  if (entry.type !== "step-started" || entry.effect === "read" || !mayHaveChanged(before)) return outgrown;
  const { attempt, input } = before;
  return isDeepStrictEqual(input, entry.input) ? outgrown : added(outgrown, unitName(entry), { attempt, input });
}

/** The state of the way back after an entry; undefined if the entry is about the step, or ends its way back. */
function backAfter(entry: StepEntry): BackState | undefined {
  switch (entry.type) {
    case "step-started":
      return entry.back === true ? { kind: "running", attempt: entry.attempt } : undefined;
    case "step-failed":
      return entry.back === true ? { kind: "failed", attempt: entry.attempt } : undefined;
    case "step-in-doubt":
      return entry.back === true ? { kind: "in-doubt", attempt: entry.attempt } : undefined;
    default:
      return undefined;
  }
}

/** A decision is about one doubt: it ends with the step's next outcome, and the next doubt is decided anew. */
function decisionsAfter(entry: StepEntry, { decisions }: RunState): RunState["decisions"] {
  switch (entry.type) {
    case "waited":
      return decisions;
    case "step-undone":
      return without(without(decisions, decisionKey(entry, true)), decisionKey(entry, false));
    default:
      return without(decisions, decisionKey(entry, "back" in entry));
  }
}

function decisionsWith(entry: Extract<Entry, { type: "decided" }>, { decisions }: RunState): RunState["decisions"] {
  const { decision, why, back } = entry;
  return put(decisions, decisionKey(entry, back === true), { decision, why });
}

function openedBy(entry: Extract<Entry, { type: "asked" }>): OpenQuestion | undefined {
  const { step, item, prompt, choices, byPerson = [], shownSha256 } = entry;
  if (step === undefined || choices === undefined || shownSha256 === undefined) return undefined;
  const unit = unitName(item === undefined ? { step } : { step, item });
  return { unit, prompt, choices, byPerson, shownSha256 };
}

/** An answer alone ends no question: a process that is killed right after it asks once more. */
function openAfter(entry: StepEntry, { openQuestion }: RunState): RunState["openQuestion"] {
  switch (entry.type) {
    case "step-succeeded":
    case "step-skipped":
      return undefined;
    case "step-started":
      return openQuestion?.unit === unitName(entry) ? openQuestion : undefined;
    default:
      return openQuestion;
  }
}

function stoppedBy(entry: Extract<Entry, { type: "run-stopped" }>): RunState["phase"] {
  const { why, exitCode, error } = entry;
  return { kind: "stopped", why, exitCode, ...(error === undefined ? {} : { error }) };
}

/** An approval without a hash of any command is none: the person was shown at least the commands of the present step. */
function approvalsOf(entry: Extract<Entry, { type: "approved" }>): readonly Approval[] {
  const { steps, reviewSha256 = "", commandsSha256 = {} } = entry;
  return Object.keys(commandsSha256).length === 0 ? [] : [{ steps, reviewSha256, commandsSha256 }];
}

function keyOf(entry: { readonly step?: string; readonly item?: string; readonly question: string }): string {
  if (entry.step === undefined) return questionKey(entry.question);
  const unit = entry.item === undefined ? { step: entry.step } : { step: entry.step, item: entry.item };
  return questionKey(entry.question, unit);
}

/** Defined and not assigned: a stranger may call an input `__proto__`. */
function withInput(inputs: RunState["inputs"], { name, value }: Extract<Entry, { type: "input-given" }>): JsonObject {
  const field = { value, writable: true, enumerable: true, configurable: true };
  return Object.defineProperty(
    own(inputs, (before) => ({ ...before })),
    name,
    field,
  );
}

function withAll<V>(list: readonly V[], values: readonly V[]): readonly V[] {
  const whole = own(list as V[], (before) => [...before]);
  for (const value of values) whole.push(value);
  return whole;
}

const ownMap = <K, V>(map: ReadonlyMap<K, V>): Map<K, V> => own(map as Map<K, V>, (before) => new Map(before));

function put<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return ownMap(map).set(key, value);
}

function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  if (!map.has(key)) return map;
  const rest = ownMap(map);
  rest.delete(key);
  return rest;
}

function added<K, V>(map: ReadonlyMap<K, readonly V[]>, key: K, value: V): ReadonlyMap<K, readonly V[]> {
  return put(map, key, withAll(map.get(key) ?? [], [value]));
}
