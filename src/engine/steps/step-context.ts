/** The Context that an action gets: journaled questions and notes, evidence, progress. */
import type { Context, JournaledStep } from "../../action.ts";
import type { PlannedStep } from "../state/plan.ts";
import { optional } from "../../kit/optional.ts";
import { ask } from "./questions.ts";
import { requireWhole } from "../state/secret-names.ts";
import type { Session } from "../state/session.ts";
import { recordsOf, type Unit, unitName } from "../state/state.ts";
import { inputOf } from "./unit-input.ts";

interface At {
  readonly unit: Unit;
  readonly attempt: number;
}

export function contextFor(session: Session, planned: PlannedStep, at: At): Context {
  const { options, ledger } = session;
  const { unit, attempt } = at;
  const { run, target, startedAt, epoch, rehearsal } = session.state;
  return {
    ports: options.ports,
    run: {
      id: run,
      epoch,
      startedAt: new Date(startedAt),
      operator: options.carrier.operator,
      target: target ?? "",
      rehearsal,
    },
    step: { id: unit.step, attempt, ...(unit.item === undefined ? {} : { item: unit.item }) },
    signal: options.signal,
    ask: async (question, refusal) => {
      const { commands } = inputOf(session, planned, unit);
      const manual = [{ step: unitName(unit), title: planned.step.title, commands }];
      const asking = { unit, effect: planned.effect, ...optional("refusal", refusal) };
      return await ask(session, { commands: manual, ...question }, asking);
    },
    beforeEffect: async () => {
      await session.beforeEffect();
      // Earlier processes did nothing after this.
      session.caughtUp();
    },
    betweenItems: async () => undefined,
    record: async (kind, data) => {
      requireWhole(options.secrets, data, { what: `what would be noted of the step "${unitName(unit)}"` });
      await ledger.append({ type: "step-recorded", ...unit, attempt, kind, data });
    },
    records: (kind) => recordsOf(session.state, unit)(kind),
    journaled: (action) => journaledSteps(session, action),
    keep: async (name, content) => {
      requireWhole(options.secrets, content, { what: `the evidence "${name}"` });
      return ledger.keep(name, content);
    },
    recall: async (evidence) => ledger.journal.recall(evidence),
    secret: (value) => void options.secrets.register(value),
    progress: (progress) => session.emit({ type: "step-progress", ...unit, progress }),
  };
}

/**
 * The acts of a run's earlier steps, for a guard that must know them from the journal and not from its input. Items of a
 * `for_each` step are not told.
 */
function journaledSteps({ plan, state }: Pick<Session, "plan" | "state">, action: string): JournaledStep[] {
  return plan.steps
    .filter(({ step }) => step.action.id === action)
    .flatMap(({ step: { id: step } }) => {
      const unit = state.units.get(step);
      if (unit?.kind !== "succeeded") return [];
      const { how, input, output } = unit;
      const notes = state.notes.get(step) ?? [];
      const records = (kind: string) => notes.filter((note) => note.kind === kind).map(({ data }) => data);
      return [{ step, how, input, output, records }];
    });
}
