/**
 * The state of a run: what `replay` makes of its journal.
 *
 *   pending ──▶ running ──▶ succeeded (ran)          skipped: its `when` was false
 *                 │  ▲─────── waiting (network lost)
 *                 ├──▶ failed ──▶ running (next attempt)
 *                 ├──▶ in-doubt ──▶ succeeded (adopted, by-hand) | running (redo)
 *                 └──▶ succeeded (adopted)            undone: its effect was taken back
 *                           └──▶ reopened ──▶ succeeded (adopted) | running | in-doubt | failed | skipped
 */
import type { Json, JsonObject } from "../../action.ts";
import { type Decision, type HowSucceeded, type JournaledError, unitName } from "../journal/entry.ts";

export { unitName };

/** An attempt that was begun: its input as it was journaled. */
export interface Begun {
  readonly attempt: number;
  readonly input: JsonObject;
}

export type StepState =
  | { readonly kind: "pending" }
  | ({ readonly kind: "running" } & Begun)
  | ({ readonly kind: "waiting"; readonly error: JournaledError } & Begun)
  | ({
      readonly kind: "succeeded";
      readonly how: HowSucceeded;
      readonly output: JsonObject;
      readonly evidence: string;
    } & Begun)
  /** With what an attempt did before a second look found that the step is not wanted: that may still be in the world. */
  | ({ readonly kind: "skipped"; readonly why: string; readonly output?: JsonObject } & Partial<Begun>)
  | {
      readonly kind: "failed";
      readonly attempt: number;
      readonly error: JournaledError;
      readonly probed: "not-done" | "partly" | "not-needed";
      /** Absent if the attempt was refused before its start was journaled: nothing can have happened. */
      readonly input?: JsonObject;
      /** As in `in-doubt`. */
      readonly output?: JsonObject;
      readonly anew?: true;
    }
  | ({
      readonly kind: "in-doubt";
      readonly evidence: string;
      readonly error?: JournaledError;
      /** Of the attempt that was opened anew, if none has begun since. */
      readonly output?: JsonObject;
      /** It was opened anew, and none has begun since. */
      readonly anew?: true;
    } & Begun)
  /** It is to be done again after drift: what it did may still be in the world. */
  | ({
      readonly kind: "reopened";
      /** Of a step that had succeeded. */
      readonly output?: JsonObject;
      readonly evidence: string;
      readonly anew: true;
    } & Begun)
  | { readonly kind: "undone"; readonly attempt: number; readonly evidence: string };

/** A step, or one item of a for_each step. */
export interface Unit {
  readonly step: string;
  /** The for_each key. */
  readonly item?: string;
}

/** The decision in one doubt, on the evidence that was shown. */
export interface Decided {
  readonly decision: Decision;
  readonly why: string;
}

/** The last question, while no step has gone on since; a flag of the next process may answer it. */
export interface OpenQuestion {
  /** Name of the unit that `--decide` names. */
  readonly unit: string;
  readonly prompt: string;
  readonly choices: readonly string[];
  readonly byPerson: readonly string[];
  readonly shownSha256: string;
}

export interface Note {
  readonly kind: string;
  readonly data: JsonObject;
}

export interface Approval {
  readonly steps: readonly string[];
  readonly reviewSha256: string;
  readonly commandsSha256: Readonly<Record<string, string>>;
}

/** Where the way back of a unit stands, from its beginning to `step-undone`. */
export interface BackState {
  readonly kind: "running" | "failed" | "in-doubt";
  readonly attempt: number;
}

export type RunPhase =
  | { readonly kind: "running" }
  | { readonly kind: "stopped"; readonly why: string; readonly exitCode: number; readonly error?: JournaledError }
  | { readonly kind: "ended"; readonly outcome: "succeeded" | "undone" | "handed-over" };

export interface RunState {
  readonly run: string;
  readonly runbook: string;
  readonly runbookSha256: string;
  /** SHA-256 of each step's definition in the runbook that was last accepted. */
  readonly stepHashes: Readonly<Record<string, string>>;
  readonly operator: string;
  readonly rehearsal: boolean;
  /** ISO 8601 UTC; empty before the first entry. */
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly epoch: number;
  readonly inputs: JsonObject;
  /** Names of the inputs that nobody gave. */
  readonly defaulted: readonly string[];
  readonly target: string | undefined;
  readonly locks: readonly string[];
  /** By unit name. */
  readonly units: ReadonlyMap<string, StepState>;
  /** Items of for_each steps, by step. */
  readonly items: ReadonlyMap<string, readonly Json[]>;
  /** By unit name: attempts with another input than the present one, whose effect nothing has taken back. */
  readonly outgrown: ReadonlyMap<string, readonly Begun[]>;
  /** By unit name, oldest first. */
  readonly notes: ReadonlyMap<string, readonly Note[]>;
  /** By `questionKey`. */
  readonly answers: ReadonlyMap<string, { readonly value: string; readonly by: string }>;
  readonly openQuestion: OpenQuestion | undefined;
  readonly approvals: readonly Approval[];
  /** By `decisionKey`, until the doubt is over. */
  readonly decisions: ReadonlyMap<string, Decided>;
  readonly drifts: number;
  /** The process that carries it was told to undo it. */
  readonly undoAsked: boolean;
  /** A step was taken back by an undo: from then on the run only walks back. */
  readonly back: boolean;
  /** By unit name. */
  readonly backs: ReadonlyMap<string, BackState>;
  /** The unit that the last entry was about. */
  readonly current: Unit | undefined;
  readonly phase: RunPhase;
}

const PENDING: StepState = { kind: "pending" };

/** The step of a unit's name: `move` of `move[a]`. */
export const stepOfName = (name: string): string => name.replace(/\[.*$/su, "");

/** Whether what a unit began with may have had its effect, which nothing has taken back. */
export function mayHaveChanged(state: StepState): state is StepState & Begun {
  return "input" in state && (state.kind !== "failed" || state.probed !== "not-done");
}

/** The known units of a step, with those of items that a second look did not list again. */
export function unitsOfStep(
  { units }: RunState,
  step: string,
): readonly { readonly unit: Unit; readonly own: StepState }[] {
  return [...units].flatMap(([name, own]) => {
    if (name === step) return [{ unit: { step }, own }];
    return name.startsWith(`${step}[`) ? [{ unit: { step, item: name.slice(step.length + 1, -1) }, own }] : [];
  });
}

/** Names for `--decide` of attempts that acted on something else than the present ones: `step@1`. */
export const outgrownNames = ({ outgrown }: RunState): readonly string[] =>
  [...outgrown].flatMap(([name, attempts]) => attempts.map(({ attempt }) => `${name}@${attempt}`));

export function stateOf(state: RunState, unit: Unit): StepState {
  return state.units.get(unitName(unit)) ?? PENDING;
}

/** The step's notes of a kind, oldest first. */
export const recordsOf =
  ({ notes }: RunState, unit: Unit) =>
  (kind: string): readonly JsonObject[] =>
    (notes.get(unitName(unit)) ?? []).filter((note) => note.kind === kind).map(({ data }) => data);

export function questionKey(question: string, unit?: Unit): string {
  return `${unit === undefined ? "" : unitName(unit)}\n${question}`;
}

/** A unit can be in doubt going on, and again being taken back. */
export function decisionKey(unit: Unit, back: boolean): string {
  return back ? `undo ${unitName(unit)}` : unitName(unit);
}

export function decisionOf(state: RunState, unit: Unit, way: { readonly back: boolean }): Decided | undefined {
  return state.decisions.get(decisionKey(unit, way.back));
}

/** Attempts are counted from 1. */
export function nextAttempt(state: StepState): number {
  return "attempt" in state ? state.attempt + 1 : 1;
}
