/** Before a test of a backup: room is made, by taking away what tests left that were killed. */
import { REHEARSAL_VARIABLE } from "../rehearsal/variable.js";
import { createOutput } from "../ui/output.js";
import { secrets } from "./failure.js";
import type { GlobalArguments } from "./options.js";
import { openStateDirectory } from "./state.js";
import { sweepTests } from "./sweep-tests.js";

export async function beforeTest(given: GlobalArguments & { readonly quiet?: boolean | undefined }): Promise<void> {
  const { openLeftCopies } = await import("../wiring.js");
  const screen = createOutput({ secrets, color: given.color });
  const rehearsal = process.env[REHEARSAL_VARIABLE] !== undefined;
  const copies = openLeftCopies({ env: process.env, signal: new AbortController().signal });
  const say = (text: string): void => (given.quiet === true ? undefined : screen.error(text));
  await sweepTests({ state: openStateDirectory({ stateDir: given["state-dir"] }), copies, rehearsal, say });
}
