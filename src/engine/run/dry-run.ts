/**
 * Dry run: a step that only reads is run, if its input is known. Every other one is printed with its exact commands,
 * unknown values as `<step.field>`. Works on a throw-away journal, takes no lock, touches no saved run.
 *
 * A printed step has not changed the world, so later reads meet another one than in a real run: their `until` and
 * `assert` are not looked at, and a refusal is told, not fatal.
 */
import { asRecoverError, type RecoverError } from "../../errors.ts";
import { type ForeseenUnit, type Foresight, foreseeUnits, foreseeWhen } from "../state/foresight.ts";
import { askForInputs, requireWholeInputs, startingInputs } from "../steps/inputs.ts";
import type { RunOptions, RunResult } from "../state/options.ts";
import { type PlannedStep, stepHashes } from "../state/plan.ts";
import { type ErasedRead, runReadStep } from "../steps/read-step.ts";
import { errorOf, journaled, Session } from "../state/session.ts";
import { unitName } from "../state/state.ts";
import { fixTarget } from "../steps/target.ts";
import { wayBackOf } from "../steps/way-back.ts";

/** `journal` is a MemoryJournal, `locks` are NO_LOCKS. */
export async function dryRun(options: RunOptions): Promise<RunResult> {
  const session = new Session(options, { isSaved: false });
  try {
    await begin(session, options);
    await new DryRun(session).walk();
    await options.beforeEnd?.();
    return ended(session);
  } catch (thrown) {
    await options.beforeEnd?.().catch(() => undefined);
    return ended(session, asRecoverError(thrown));
  }
}

async function begin(session: Session, { runbook, carrier, clock, inputs }: RunOptions): Promise<void> {
  const given = startingInputs(runbook, inputs, clock.now());
  requireWholeInputs(session, given);
  await session.ledger.append({
    type: "run-started",
    runbook: runbook.name,
    runbookVersion: runbook.version,
    runbookSha256: runbook.sha256,
    runbookText: await session.ledger.keep(`${runbook.name}.yml`, runbook.text),
    inputs: given,
    ...carrier,
    steps: stepHashes(runbook),
  });
  const steps = session.plan.steps.map(({ step, effect }) => ({ id: step.id, title: step.title, effect }));
  const { rehearsal } = carrier;
  session.emit({
    type: "run-began",
    runbook: runbook.name,
    title: runbook.title,
    steps,
    dryRun: true,
    rehearsal,
    resumed: false,
  });
  await askForInputs(session);
}

class DryRun {
  readonly #session: Session;
  readonly #skipped = new Set<string>();
  /** Whether a step that changes something was passed over. */
  #withheld = false;

  constructor(session: Session) {
    this.#session = session;
  }

  async walk(): Promise<void> {
    for (const planned of this.#session.plan.steps) {
      await this.#session.checkStop();
      await fixTarget(this.#session);
      await this.#step(planned);
    }
  }

  async #step(planned: PlannedStep): Promise<void> {
    const condition = foreseeWhen(this.#foresight(), planned);
    if (condition === false) return this.#skip(planned);
    const units = foreseeUnits(this.#foresight(), planned);
    const { action, forEach, id } = planned.step;
    const readable = action.effect === "read" && planned.effect === "read" && units.every((unit) => unit.known);
    if (!readable || condition === "unknown" || !this.#isTimely(planned)) {
      for (const unit of units) this.#print(planned, unit);
      this.#withheld ||= planned.effect !== "read";
      return;
    }
    if (forEach !== undefined) {
      const items = units.map(({ item }) => item ?? null);
      await this.#session.ledger.append({ type: "items-fixed", step: id, items });
    }
    for (const unit of units) if (!(await this.#read(planned, unit, action))) this.#print(planned, unit);
  }

  /** A wait for the effect of a step that was only printed would be in vain. */
  #isTimely({ step }: PlannedStep): boolean {
    return !this.#withheld || step.until === undefined;
  }

  #skip({ step }: PlannedStep): void {
    this.#skipped.add(step.id);
    const evidence = `${step.when?.text ?? ""} is false`;
    const { id, title } = step;
    this.#session.emit({ type: "step-ended", step: id, title, state: "skipped", evidence, durationMs: 0 });
  }

  #print({ step, effect }: PlannedStep, { unit, commands }: ForeseenUnit): void {
    this.#session.emit({
      type: "step-would-run",
      ...unit,
      title: step.title,
      effect,
      commands,
      ...undoOf(step.action),
    });
  }

  /** False if it could not be read before the steps that were only printed have run. */
  async #read(planned: PlannedStep, { unit }: ForeseenUnit, action: ErasedRead): Promise<boolean> {
    const session = this.#session;
    const { assert: _, ...step } = planned.step;
    const at = { planned, unit, attempt: 1, beganMs: session.workedMs() };
    if (!this.#withheld) {
      await runReadStep(session, at, action);
      return true;
    }
    try {
      await runReadStep(session, { ...at, planned: { ...planned, step } }, action);
      return true;
    } catch (thrown) {
      const error = errorOf(thrown, unit);
      if (![12, 16, 17].includes(error.exitCode)) throw error;
      const message = `${unitName(unit)} cannot be told before the steps above have run: ${error.message}`;
      session.emit({ type: "note", message });
      return false;
    }
  }

  #foresight(): Foresight {
    const { plan, options } = this.#session;
    const { run } = options.journal;
    return { run, plan, evaluator: options.evaluator, scope: this.#session.scope(), skipped: this.#skipped };
  }
}

function undoOf(action: PlannedStep["step"]["action"]): { readonly undo?: string } {
  return action.effect === "read" ? {} : { undo: wayBackOf(action.undo) };
}

function ended(session: Session, error?: RecoverError): RunResult {
  const { run, head } = session.options.journal;
  const exitCode = error?.exitCode ?? 0;
  const outcome = error === undefined ? "succeeded" : "failed";
  session.emit({
    type: "run-ended",
    outcome,
    exitCode,
    head,
    dryRun: true,
    ...(error === undefined ? {} : { error: journaled(error) }),
  });
  return { run, head, outcome, exitCode, ...(error === undefined ? {} : { error }) };
}
