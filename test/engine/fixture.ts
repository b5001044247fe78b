/** Runs of fake runbooks over a fake world, as short as a test wants to say it. */
import { Ledger } from "../../src/engine/state/ledger.ts";
import type { Evaluator } from "../../src/engine/state/evaluator.ts";
import type { RunEvent } from "../../src/engine/state/event.ts";
import { DEFAULT_FLAGS, type EngineOptions, type RunFlags, type RunResult } from "../../src/engine/state/options.ts";
import { resumeRun, runRunbook, undoRun } from "../../src/engine/run/run.ts";
import type { JsonObject } from "../../src/action.ts";
import { evaluate } from "../../src/engine/expression/expression.ts";
import type { Journal } from "../../src/engine/journal/journal.ts";
import type { Locks } from "../../src/engine/journal/key-locks.ts";
import { sha256 } from "../../src/engine/journal/line.ts";
import { MemoryJournal } from "../../src/engine/journal/memory-journal.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Answer, Operator, Question } from "../../src/ports/operator.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { parseTemplate, resolve } from "../../src/engine/runbook/resolve.ts";
import type { Runbook, Step, Template } from "../../src/engine/runbook/runbook.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";

export const EVALUATOR: Evaluator = { evaluate, resolve };

/** Sleeping moves it on; nothing else does. */
export class SteppedClock implements Clock {
  #now = Date.UTC(2026, 10, 21, 2, 0, 0);
  readonly sleeps: number[] = [];
  onSleep: () => void = () => undefined;

  now(): Date {
    return new Date(this.#now);
  }

  monotonicMs(): number {
    return this.#now;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#now += ms;
    this.sleeps.push(ms);
    this.onSleep();
  }
}

/** Answers by question id; undefined if it has none. */
export class ScriptedOperator implements Operator {
  readonly asked: Question[] = [];
  readonly #answers: Readonly<Record<string, string>>;

  constructor(answers: Readonly<Record<string, string>> = {}) {
    this.#answers = answers;
  }

  async ask(question: Question): Promise<Answer | undefined> {
    this.asked.push(question);
    const value = this.#answers[question.id];
    return value === undefined ? undefined : { value, by: "operator" };
  }
}

export class MemoryLocks implements Locks {
  held: string[] = [];
  acquire(keys: readonly string[]): void {
    this.held.push(...keys.filter((key) => !this.held.includes(key)));
  }
  release(): void {
    this.held = [];
  }
}

export type StepDraft = Partial<Omit<Step, "id" | "action" | "with">> &
  Pick<Step, "action"> & { readonly with?: Readonly<Record<string, string>> };

export function step(id: string, draft: StepDraft): Step {
  const inputs = Object.entries(draft.with ?? {}).map(([name, text]) => [name, parseTemplate(text)] as const);
  return { title: `Step ${id}`, ...draft, id, with: Object.fromEntries(inputs) };
}

export function runbookOf(steps: readonly Step[], more: Partial<Runbook> = {}): Runbook {
  const text = JSON.stringify(steps.map(({ id, action, with: inputs }) => [id, action.id, inputs]));
  const target: Template = { kind: "literal", value: "ORG/SPACE/db" };
  return {
    name: "fake",
    version: "1",
    title: "A fake runbook",
    target,
    locks: [target],
    inputs: [],
    steps,
    text,
    sha256: sha256(text),
    file: "fake.yml",
    ...more,
  };
}

export interface Setting {
  readonly runbook: Runbook;
  readonly flags?: Partial<RunFlags>;
  readonly answers?: Readonly<Record<string, string>>;
  readonly inputs?: JsonObject;
  readonly signal?: AbortSignal;
  readonly stopRequested?: () => boolean;
  readonly secrets?: Secrets;
  readonly beforeEnd?: () => Promise<void>;
}

/** One run and all processes that carry it, one after the other, on one journal. */
export class Bench {
  readonly clock = new SteppedClock();
  readonly events: RunEvent[] = [];
  readonly locks = new MemoryLocks();
  readonly journal: Journal;
  operator = new ScriptedOperator();

  constructor(journal?: Journal) {
    this.journal = journal ?? new MemoryJournal({ run: "20261121-020000-test", now: () => this.clock.now() });
  }

  run(setting: Setting): Promise<RunResult> {
    return runRunbook({ ...this.options(setting), inputs: setting.inputs ?? {} });
  }

  resume(setting: Setting): Promise<RunResult> {
    return resumeRun(this.options(setting));
  }

  undo(setting: Setting): Promise<RunResult> {
    return undoRun(this.options(setting));
  }

  options(setting: Setting): EngineOptions {
    this.operator = new ScriptedOperator(setting.answers);
    const { stopRequested, beforeEnd } = setting;
    return {
      runbook: setting.runbook,
      ports: {} as Ports,
      clock: this.clock,
      operator: this.operator,
      journal: this.journal,
      locks: this.locks,
      evaluator: EVALUATOR,
      sink: (event) => this.events.push(event),
      secrets: setting.secrets ?? new Secrets(),
      flags: { ...DEFAULT_FLAGS, ...setting.flags },
      carrier: { operator: "op", host: "jump", toolVersion: "0", rehearsal: false },
      signal: setting.signal ?? new AbortController().signal,
      ...(stopRequested === undefined ? {} : { stopRequested }),
      ...(beforeEnd === undefined ? {} : { beforeEnd }),
    };
  }

  /** Types of all journal entries, units beside. */
  get trail(): string[] {
    return this.journal.entries.map((entry) => ("step" in entry ? `${entry.type} ${entry.step ?? ""}` : entry.type));
  }

  get state(): Ledger["state"] {
    return new Ledger(this.journal).state;
  }
}

export const YES: Partial<RunFlags> = { yes: true, confirm: "ORG/SPACE/db" };
