/** What is wrong with the journal of a run's directory, in a sentence for a verdict; undefined where it is sound. */
import { verifyJournal } from "../journal/verification.js";

export function complaintOf(directory: string): string | undefined {
  const { ok, error } = verifyJournal(directory);
  return ok ? undefined : `the journal is not sound: ${error?.message ?? ""}`;
}
