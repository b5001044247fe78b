/** One process's work on one run: everything that the parts of the executor share. */
import { setImmediate as turn } from "node:timers/promises";
import { asRecoverError, giveUp, RecoverError, refuse } from "../../errors.ts";
import { orAborted } from "../../kit/or-aborted.ts";
import type { JournaledError } from "../journal/entry.ts";
import type { Answer, Question } from "../../ports/operator.ts";
import type { EventBody } from "./event.ts";
import { Ledger } from "./ledger.ts";
import type { EngineOptions } from "./options.ts";
import { type Plan, planRun } from "./plan.ts";
import { type ScopeExtras, scopeOf } from "./scope.ts";
import { type OpenQuestion, type RunState, type StepState, type Unit, unitName } from "./state.ts";

/** How long an action may take to notice an abort before it is left behind. */
const ABORT_GRACE_MS = 2000;

export class Session {
  readonly options: EngineOptions;
  readonly plan: Plan;
  readonly ledger: Ledger;
  /** How long questions have stood without an answer. */
  #askedMs = 0;
  #journalMayLag: boolean;
  /** The question at which the last process ended: the giver of a `--decide` has seen it. */
  readonly seenQuestion: OpenQuestion | undefined;
  readonly #usedDecisions = new Set<string>();

  /** False in a dry run, which nobody can resume. */
  readonly isSaved: boolean;

  constructor(options: EngineOptions, { isSaved = true }: { readonly isSaved?: boolean } = {}) {
    this.options = options;
    this.isSaved = isSaved;
    this.plan = planRun(options.runbook);
    this.ledger = new Ledger(options.journal);
    this.seenQuestion = this.ledger.state.openQuestion;
    this.#journalMayLag = options.journal.entries.length > 0;
  }

  /**
   * Whether the journal may lack the last acts of an earlier process. A machine that went down can lose writes that its
   * disk had confirmed, and a mirror can be behind (I14).
   */
  get journalMayLag(): boolean {
    return this.#journalMayLag;
  }

  /** An effect of this process begins, or a person has decided: the work of the earlier ones ended before. */
  caughtUp(): void {
    this.#journalMayLag = false;
  }

  get state(): RunState {
    return this.ledger.state;
  }

  /** Notes that the unit's `--decide` has decided something. */
  decisionUsed(unit: Unit): void {
    this.#usedDecisions.add(unitName(unit));
  }

  /** Each `--decide` that has decided nothing so far, as it was given. */
  get unusedDecisions(): readonly string[] {
    const given = [...this.options.flags.decide].filter(([name]) => !this.#usedDecisions.has(name));
    return given.map(([name, value]) => `${name}=${value}`);
  }

  get resumeCommand(): string {
    if (!this.isSaved) return `dingo-recover run ${this.options.runbook.name}`;
    return `dingo-recover ${this.state.undoAsked || this.state.back ? "undo" : "resume"} ${this.options.journal.run}`;
  }

  /** Monotonic milliseconds without the time that people took to answer: that is no step's. */
  workedMs(): number {
    return this.options.clock.monotonicMs() - this.#askedMs;
  }

  async asking(question: Question): Promise<Answer | undefined> {
    const { clock, operator, signal } = this.options;
    const began = clock.monotonicMs();
    try {
      const answer = await operator.ask(question, signal);
      this.#checkAbort();
      return answer;
    } catch (thrown) {
      // The question was left because of the stop.
      this.#checkAbort();
      throw thrown;
    } finally {
      this.#askedMs += clock.monotonicMs() - began;
    }
  }

  emit(event: EventBody): void {
    const time = this.options.clock.now().toISOString();
    const stamped = { schema: "dingo-recover/event@1", time, run: this.options.journal.run, ...event } as const;
    this.options.sink(this.options.secrets.maskJson(stamped));
  }

  scope(extras: ScopeExtras = {}): ReturnType<typeof scopeOf> {
    return scopeOf({ plan: this.plan, state: this.state, flags: this.options.flags }, extras);
  }

  /**
   * Called wherever stopping is safe. Node tells an error that nobody waits for only when the event loop turns, and a
   * journal that is written at once never lets it. Errors: `interrupted`, `own-action-strayed`, `stopped-by-operator`.
   */
  async checkStop(): Promise<void> {
    await turn();
    this.#checkAbort();
    if (this.options.stopRequested?.() !== true) return;
    throw refuse("stopped-by-operator", "the operator stopped the run").advise(
      `Continue with "${this.resumeCommand}".`,
    );
  }

  #checkAbort(): void {
    if (this.options.signal.aborted) throw this.interrupted("No change was under way.");
  }

  /**
   * Waits for an action's call, or for an abort. After an abort the call has a moment to end by itself, so that its
   * outcome can be journaled; then it is left behind.
   */
  async untilAborted<T>(work: Promise<T>): Promise<T> {
    const { signal, clock } = this.options;
    return await orAborted(signal, work, (reject, over) => {
      const late = (): void => reject(this.interrupted("A call was left behind unanswered."));
      clock.sleep(ABORT_GRACE_MS, over).then(late, late);
    });
  }

  /** Each condition of an effect is checked here, and nowhere else. Errors: see `Context.beforeEffect`. */
  async beforeEffect(): Promise<void> {
    await turn();
    this.options.signal.throwIfAborted();
    await this.ledger.checkFence();
    this.options.signal.throwIfAborted();
  }

  async sleep(ms: number): Promise<void> {
    try {
      await this.options.clock.sleep(ms, this.options.signal);
    } finally {
      await this.checkStop();
    }
  }

  /** `idle`: what is said if no change is half done. */
  interrupted(idle: string): RecoverError {
    const what = underWay(this.plan, this.state) ?? idle;
    const { reason } = this.options.signal as { readonly reason: unknown };
    if (reason instanceof RecoverError && reason.code === "own-action-strayed")
      return giveUp(reason.code, `${reason.message}. ${what}`).advise(reason.remedy, reason);
    return giveUp("interrupted", `the run was interrupted. ${what}`).advise(`Continue with "${this.resumeCommand}".`);
  }
}

/** An error as it stands in journal and events; the unit is its place if it names none. */
export function journaled(error: RecoverError, unit?: Unit): JournaledError {
  const place = error.place ?? (unit === undefined ? undefined : `step ${unitName(unit)}`);
  return {
    code: error.code,
    message: error.message,
    remedy: error.remedy,
    ...(place === undefined ? {} : { place }),
  };
}

/** The one border (I4): each thing that an action threw becomes a RecoverError with the step attached. */
export function errorOf(thrown: unknown, unit: Unit): RecoverError {
  const error = asRecoverError(thrown, `step ${unitName(unit)}`);
  if (error.place !== undefined) return error;
  return error.with({ place: `step ${unitName(unit)}`, cause: error });
}

/** Errors that end the process but say nothing about the step that they came from. */
export function isStop(error: RecoverError): boolean {
  return ["interrupted", "own-action-strayed", "stopped-by-operator", "question-unanswered"].includes(error.code);
}

/** The half-done work of a run that stops now, in a sentence; undefined if every change that has begun is settled. */
function underWay(plan: Plan, state: RunState): string | undefined {
  const back = [...state.backs.keys()].at(-1);
  if (back !== undefined) return `The way back of "${back}" had begun: it is probed before anything else.`;
  const begun = [...state.units].findLast(([name, unit]) => isUnsettled(unit) && isMutating(plan, name))?.[0];
  if (begun === undefined) return undefined;
  return `The step "${begun}" had begun and may have had its effect: it is probed before anything else.`;
}

const isUnsettled = (unit: StepState): boolean =>
  ["running", "waiting", "in-doubt"].includes(unit.kind) || (unit.kind === "failed" && unit.probed === "partly");

function isMutating(plan: Plan, unit: string): boolean {
  return plan.steps.some(
    ({ step, effect }) => effect !== "read" && (unit === step.id || unit.startsWith(`${step.id}[`)),
  );
}
