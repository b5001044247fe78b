/** A run of a former version may need what this one does not have any more: then nobody goes on with it here. */
import { refuse } from "../../../errors.ts";
import type { Entry } from "../../../engine/journal/entry.ts";

/** Errors: `run-needs-gone`. */
export function refuseTwoSignatures(run: string, entries: readonly Entry[]): void {
  const needsTwo = entries.some(
    (entry) =>
      (entry.type === "asked" && entry.request !== undefined) ||
      (entry.type === "approved" && entry.second !== undefined),
  );
  if (!needsTwo) return;
  throw refuse("run-needs-gone", `run ${run} wants two persons' signatures, and these are gone`)
    .at(run)
    .advise(
      `Go on with the version that began it: "dingo-recover report ${run} --format json" names it. Or begin another run.`,
    );
}
