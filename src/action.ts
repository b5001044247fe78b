/**
 * The Action contract: the unit of power of a runbook. Exported as `dingo-recover/action`.
 *
 * An action knows its domain and speaks only to ports. It declares its effect; consent, dry run and guards follow
 * from that. An action that changes the world has a probe (did it happen?), and may have a verify (does it hold?). One that disrupts
 * or destroys has a guard that shows the identity of the thing that is about to change.
 */
import type { z } from "zod";
import type { RecoverError } from "./errors.ts";
import type { Answer, Question } from "./ports/operator.ts";
import type { Ports } from "./ports/ports.ts";

export type Effect = "read" | "create" | "disrupt" | "destroy";

/** Effects in ascending order of damage. */
export const EFFECTS: readonly Effect[] = ["read", "create", "disrupt", "destroy"];

/**
 * A command as an operator would type it, in a shell of that place. `variables` name what `line` refers to as $NAME;
 * `setWith` is the line that sets it, to be typed in the same shell before.
 */
export interface PrintedCommand {
  /** Where it is typed: "here", or a host such as "cell_z1/0 (10.58.111.150)". */
  readonly on: string;
  readonly line: string;
  readonly variables?: readonly { readonly name: string; readonly setWith: string }[];
}

/** The answer of a probe about a step that began, with evidence that a person can judge. */
export type Probe<O> =
  | { readonly state: "done"; readonly output: O; readonly evidence: string }
  | { readonly state: "not-done"; readonly evidence: string }
  | { readonly state: "partly"; readonly evidence: string }
  /** `undo`: to take the step back and do it anew puts it right; it is recommended then. */
  | { readonly state: "unknown"; readonly evidence: string; readonly best?: "undo" };

/** Whether what a finished step established still holds. */
export type Verdict =
  | { readonly holds: true; readonly evidence: string }
  /** `stays`: why to do the step again would be refused; a resume does not offer it then. */
  | { readonly holds: false; readonly evidence: string; readonly stays?: string }
  | { readonly holds: "unknown"; readonly evidence: string };

export interface Progress {
  readonly message: string;
  readonly done?: number;
  readonly total?: number;
  readonly unit?: "objects" | "bytes" | "segments" | "seconds";
}

/** A reference to content-addressed evidence of the run (`evidence/SHA256`). */
export interface EvidenceRef {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface RunIdentity {
  readonly id: string;
  readonly epoch: number;
  readonly startedAt: Date;
  readonly operator: string;
  readonly target: string;
  readonly rehearsal: boolean;
}

/** A step of this run that came to its end, as its journal has it. */
export interface JournaledStep {
  readonly step: string;
  /** "by-hand": not by the tool, but by a person. */
  readonly how: "ran" | "adopted" | "by-hand";
  readonly input: JsonObject;
  readonly output: JsonObject;
  /** Notes of that step, oldest first. */
  readonly records: (kind: string) => readonly JsonObject[];
}

/** All that a step may use: the ports and the calls of this object. */
export interface Context {
  readonly ports: Ports;
  readonly run: RunIdentity;
  readonly step: { readonly id: string; readonly item?: string; readonly attempt: number };
  readonly signal: AbortSignal;
  /**
   * Asks the operator; the answer is journaled and given again on resume. `refusal` says why something is no answer: it is
   * not journaled, and somebody at a terminal is asked again.
   * Errors: `question-unanswered` when nobody can answer; the refusal's, if nobody can be asked again.
   */
  ask(question: Question, refusal?: (answer: string) => RecoverError | undefined): Promise<Answer>;
  /**
   * Called right before every call that changes the world, each one of a long effect too: it costs next to nothing. A
   * step that does not call it is taken for one that changed nothing.
   * Errors: `fenced` if another process has taken the run over since; what an aborted `signal` throws.
   */
  beforeEffect(): Promise<void>;
  /** Resolves at once, and changes nothing. Older actions call it; a new action needs no call. */
  betweenItems(): Promise<void>;
  /**
   * Durable note, fsynced before it returns: what is about to change, and the value to put back. Names and
   * values alone, no free text. Error: `secret-in-name`; what could only be noted masked could not be put back.
   */
  record(kind: string, data: JsonObject): Promise<void>;
  /** Notes of this step (every attempt), oldest first. */
  records(kind: string): readonly JsonObject[];
  /** Steps of this run with that action which came to their end and were not taken back, in the runbook's order. */
  journaled(action: string): readonly JournaledStep[];
  /** Stores evidence durably. Error: `secret-in-name`, if it could only be stored masked. */
  keep(name: string, content: string): Promise<EvidenceRef>;
  /** Reads evidence back and checks its hash. */
  recall(ref: EvidenceRef): Promise<string>;
  /** Masks a secret of the action's own from now on, on each screen and in each file. Call it before anything prints it. */
  secret(value: string): void;
  /** Progress for the screen; never authority. */
  progress(progress: Progress): void;
}

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

interface ActionBase<I, O> {
  /** `SYSTEM.VERB`, unlike that of each other action: a runbook names the action by it. */
  readonly id: string;
  readonly title: string;
  readonly input: z.ZodType<I>;
  readonly output: z.ZodType<O>;
  /**
   * The exact commands of this step with real values. An unknown text or number arrives as `<step.output>`. It is
   * printed, and nothing is concluded from it, since a person fills it in afterwards. `run` is the id of the run, or
   * `RUN` on a page that is about none.
   */
  describe(input: I, run: string): readonly PrintedCommand[];
  /** Does the work. A mutating run starts from what `records` and the world say, so that a second run finishes a first. */
  run(context: Context, input: I): Promise<O>;
}

/** Of what a run was to find out, in ascending order. */
export type Gravity = "nothing" | "warning" | "serious";

/** Reads only. `verify` is the read-only re-check on resume; without it the step is run again and its output compared. */
export interface ReadAction<I, O> extends ActionBase<I, O> {
  readonly effect: "read";
  /** True for the step whose output is shown at the consent for the steps that follow it. */
  readonly review?: boolean;
  /** The finding, for the screen, the journal and the report; newlines divide its lines. */
  tell?(output: O): string;
  /** Facts that each later view of the run shows, such as the recovery point. */
  known?(output: O): readonly ReviewRow[];
  /** How grave what was found is. It fails nothing: the run goes on to its end, and ends with 20 or 21. */
  finds?(output: O): Gravity;
  verify?(context: Context, input: I, output: O): Promise<Verdict>;
}

/** A step that is taken back: its input, and its output if it came to its end. */
export interface Taken<I, O> {
  readonly input: I;
  readonly output: O | undefined;
}

/** The journal's facts about a step that is to be undone. */
export interface Left<O> extends Pick<Context, "records"> {
  readonly output: O | undefined;
}

/** Whether a step's effect is in the world. `done`: nothing of it is there, even if it never was. */
export interface UndoProbe {
  readonly state: "done" | "not-done" | "partly" | "unknown";
  readonly evidence: string;
}

/**
 * The way back of a step, itself something that changes the world: with identity, commands and a probe. It
 * deletes nothing but what the run itself made and the journal can tell by name; everything else is moved aside. It goes by what `records` and the world say, so that a second run finishes a first.
 */
export interface WayBack<I, O> {
  /** Consent to an undo follows from it. */
  readonly effect: Exclude<Effect, "read">;
  /** One sentence, shown before run and undo: the act, its cost, and the loss that it cannot give back. */
  readonly cost: string;
  /** The exact commands; `run` is the id of the run, `left` what the journal has of the step. */
  describe(input: I, run: string, left: Left<O>): readonly PrintedCommand[];
  /** Refuses unless identity is shown; before every attempt. */
  guard(context: Context, taken: Taken<I, O>): Passed;
  probe(context: Context, taken: Taken<I, O>): Promise<UndoProbe>;
  run(context: Context, taken: Taken<I, O>): Promise<void>;
}

/** Undo passes such a step over and says this sentence: there is nothing that it could or would have to take back. */
export interface NothingToUndo {
  readonly leaves: string;
  /** A point of no return all the same: what it took does not come back by passing it over. */
  readonly final?: true;
}

/** The parts of each action that changes the world, beside `run`. */
interface MutatingBase<I, O> extends ActionBase<I, O> {
  probe(context: Context, input: I): Promise<Probe<O>>;
  /**
   * As `probe`, after a person says that he has done the step by hand. There is no note of ours, so the facts are read
   * from the world and noted for later steps. An effect that is under way is waited for. Default: `probe`.
   */
  probeByHand?(context: Context, input: I): Promise<Probe<O>>;
  /** Default: it holds while the probe says done, with the same output; a probe that cannot tell leaves it unknown. */
  verify?(context: Context, input: I, output: O): Promise<Verdict>;
  /** Absent: the step is a point of no return. */
  readonly undo?: WayBack<NoInfer<I>, NoInfer<O>> | NothingToUndo;
}

/** A guard refuses by `refuse`. Facts that it returns are not looked at, and a yes or no is none. */
export type Passed = Promise<void> | Promise<object>;

/** Makes something new. */
export interface CreateAction<I, O> extends MutatingBase<I, O> {
  readonly effect: "create";
  guard?(context: Context, input: I): Passed;
}

/** Disrupts or destroys: the guard refuses unless identity is shown. It runs before every attempt. */
export interface DangerousAction<I, O> extends MutatingBase<I, O> {
  readonly effect: "disrupt" | "destroy";
  guard(context: Context, input: I): Passed;
}

export type Action<I = never, O = unknown> = ReadAction<I, O> | CreateAction<I, O> | DangerousAction<I, O>;

/** An action whose input and output types were erased for the registry; inputs are parsed by its own schema. */
export type AnyAction = Action<never, JsonObject>;

/** Registers an action: erases its types, which only its own schemas need from here on. */
export function defineAction<I, O>(action: Action<I, O>): AnyAction {
  return action as unknown as AnyAction;
}

/** For a guard: ends the step before anything is done, with `guard-refused` and exit code 16. `remedy` says what to do. */
export function refuse(message: string, remedy: string): never {
  // The program has a copy of this module that is not the package's: it knows the refusal by its code.
  throw Object.assign(new Error(message), { code: "guard-refused", remedy });
}

/** The argument of the function `actions` that a module of own actions exports. */
export interface ActionMeans {
  readonly defineAction: typeof defineAction;
  readonly refuse: typeof refuse;
  readonly z: typeof z;
}

/** A row of the review screen: label, what it is now or in the source, what it will be or in the target. */
export interface ReviewRow {
  readonly label: string;
  readonly value: string;
}

/** Output that every review action has. */
export interface Review {
  readonly rows: readonly ReviewRow[];
}
