/**
 * `archive verify` and `archive copy` from a script of their own (build/package.mjs), a seventh of the whole tool: what is
 * loaded for others takes more memory than the listing of fifty thousand objects.
 */
import { REHEARSAL_VARIABLE } from "../rehearsal/variable.js";
import { plainArchive } from "./plain-archive.js";
import { endedAlone } from "./plain-ending.js";

/** The code of what the script has not (build/program.mjs): the way to the store through the gateway. Thrown before any request. */
const ELSEWHERE = "ELSEWHERE";

/** False where it takes the whole tool; then nothing was done. */
export async function quick(words: readonly string[]): Promise<boolean> {
  return await endedAlone(words, asksNobody(words) ? plainArchive(words) : undefined, isElsewhere);
}

const isElsewhere = (failure: unknown): boolean =>
  failure instanceof Error && "code" in failure && failure.code === ELSEWHERE;

function asksNobody([, command]: readonly string[]): boolean {
  return process.env[REHEARSAL_VARIABLE] === undefined && !(command === "copy" && process.stdin.isTTY);
}
