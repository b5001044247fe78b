/** `show`: a runbook for people without the tool, with its inputs and the commands of each step. Nothing is asked of any system. */
import { EXIT } from "../errors.js";
import type { GlobalArguments } from "./options.js";
import { useOwnActions } from "./own-actions.js";
import { runbookPage, shownSteps } from "./runbook-page.js";
import { openRunbook } from "./shipped-runbooks.js";
import { createOutput } from "../ui/output.js";
import { secrets } from "./failure.js";

export async function show(given: GlobalArguments & { readonly runbook: string }): Promise<number> {
  // A shipped one names no action of anybody's own, and is shown where the configuration is wrong.
  if (/[/.]/.test(given.runbook)) await useOwnActions(given);
  const runbook = openRunbook(given.runbook);
  if (!given.json) process.stdout.write(runbookPage(runbook));
  else {
    const { name, version, title, sha256, inputs } = runbook;
    const steps = shownSteps(runbook);
    createOutput({ secrets, color: false }).json({
      ...{ schema: "dingo-recover/show@1", name, version, title, sha256, inputs, steps },
    });
  }
  return EXIT.done;
}
