/** The acts of a run's earlier steps, for a guard that must know them from the journal and not from its input. */
import type { JournaledStep } from "../../action.ts";
import type { Session } from "../state/session.ts";

/** Items of a `for_each` step are not told. */
export function journaledSteps({ plan, state }: Pick<Session, "plan" | "state">, action: string): JournaledStep[] {
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
