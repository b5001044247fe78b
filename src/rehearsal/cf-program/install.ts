/** Puts the box's `cf` into a directory that a child's PATH begins with. */
import { putProgram } from "../program-file.ts";
import { type BoxClock, clockWord } from "./clock.ts";

/** Writes `DIRECTORY/cf`; returns its path. Tokens are measured by the given clock. */
export async function installCfProgram(directory: string, clock?: BoxClock): Promise<string> {
  return await putProgram({ directory, name: "cf", words: [clockWord(clock)] });
}
