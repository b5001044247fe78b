/** The rows that came back with each database of a batch, and its loss, from the journals of their runs. */
import { shortLossText } from "../../archive/loss.ts";
import { closingOf } from "../../report/closing.ts";
import { unitsOf } from "../../report/digest.ts";
import { foundIn } from "../../report/found.ts";
import type { Outcome, Standing } from "./batch.ts";
import type { SavedRuns } from "./read-once.ts";

export function outcomeOf(directory: Pick<SavedRuns, "read">, { state, run }: Standing): Outcome {
  if (state !== "recovered" || run === undefined) return { back: "", lost: "", isWithoutRows: false };
  const { entries } = directory.read(run);
  const { loss, unproved } = foundIn(unitsOf(entries));
  return {
    isWithoutRows: unproved !== undefined,
    back: closingOf(entries)?.back.join("; ") ?? "",
    lost: loss === undefined ? "" : shortLossText(loss),
  };
}
