/** `completion`: a script that teaches a shell to complete; it is printed, and the shell's owner puts it in its place. */
import { EXIT } from "../errors.js";
import { SCRIPTS, type Shell } from "./completion-scripts.js";
import type { GlobalArguments } from "./options.js";

export async function completion(given: GlobalArguments & { readonly shell: Shell }): Promise<number> {
  process.stdout.write(SCRIPTS[given.shell]);
  return await Promise.resolve(EXIT.done);
}
