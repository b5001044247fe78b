/**
 * `report` from a script of its own (build/package.mjs): to load the whole tool takes as long as to read and write the
 * report of some thousand entries.
 */
import { REHEARSAL_VARIABLE } from "../rehearsal/variable.js";
import { endedAlone } from "./plain-ending.js";
import { plainReport } from "./plain-report.js";

/** False where it takes the whole tool; then nothing was done. */
export async function quick(words: readonly string[]): Promise<boolean> {
  return await endedAlone(words, process.env[REHEARSAL_VARIABLE] === undefined ? plainReport(words) : undefined);
}
