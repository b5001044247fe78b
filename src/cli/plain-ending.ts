/** How a command ends that was read without the parser. */
import { reportFailure } from "./failure.js";
import { linger, toItsEnd, watchReader } from "./manners.js";

/** Its exit code, or that of its failure, which is told; undefined where `leaves` says of the failure that others carry it out. */
export async function ended(
  carryOut: () => Promise<number>,
  json: boolean,
  leaves: (failure: unknown) => boolean = () => false,
): Promise<number | undefined> {
  try {
    return await carryOut();
  } catch (failure) {
    return leaves(failure) ? undefined : reportFailure(failure, json);
  }
}

/** The same for a command that has a script of its own; false where there is none for the words, or the whole tool carries it out. */
export async function endedAlone(
  words: readonly string[],
  carryOut: (() => Promise<number>) | undefined,
  leaves?: (failure: unknown) => boolean,
): Promise<boolean> {
  if (carryOut === undefined) return false;
  watchReader(words);
  const code = await toItsEnd(() => ended(carryOut, words.includes("--json"), leaves));
  if (code === undefined) return false;
  process.exitCode = code;
  linger();
  return true;
}
