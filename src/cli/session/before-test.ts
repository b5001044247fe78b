/** Before a test of a backup: room is made, by taking away what tests left that were killed. */
import type { Json } from "../../action.ts";
import { refuse } from "../../errors.ts";
import { gone } from "../../kit/text/gone.ts";
import { REHEARSAL_VARIABLE } from "../../rehearsal/variable.ts";
import { createOutput } from "../screen/output.ts";
import { secrets } from "../process/failure.ts";
import type { GlobalArguments } from "../options/options.ts";
import { openStateDirectory } from "../process/state.ts";
import { sweepTests } from "../runs/sweep-tests.ts";

/** Errors: `usage`. */
export function refuseGoneFindings(serious: Json | undefined): void {
  for (const code of Array.isArray(serious) ? serious : []) {
    const found = gone("finding", String(code));
    if (found !== undefined) throw refuse("usage", found.message).advise(found.remedy);
  }
}

export async function beforeTest(given: GlobalArguments & { readonly quiet?: boolean | undefined }): Promise<void> {
  const { openLeftCopies } = await import("../../wiring/wiring.ts");
  const screen = createOutput({ secrets, color: given.color });
  const rehearsal = process.env[REHEARSAL_VARIABLE] !== undefined;
  const copies = openLeftCopies({ env: process.env, signal: new AbortController().signal });
  const say = (text: string): void => (given.quiet === true ? undefined : screen.error(text));
  await sweepTests({ state: openStateDirectory({ stateDir: given["state-dir"] }), copies, rehearsal, say });
}
