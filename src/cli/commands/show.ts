/** `show`: a runbook for people without the tool, with its inputs and the commands of each step. Nothing is asked of any system. */
import { EXIT } from "../../errors.ts";
import type { ActionsArguments, GlobalArguments } from "../options/options.ts";
import { useOwnActions } from "../session/own-actions.ts";
import { runbookPage, shownSteps } from "./runbook-page.ts";
import { openRunbook } from "../process/shipped-runbooks.ts";
import { createOutput } from "../screen/output.ts";
import { secrets } from "../process/failure.ts";

export async function show(given: GlobalArguments & ActionsArguments & { readonly runbook: string }): Promise<number> {
  // Own actions are programs: they are loaded only if that was asked for.
  if (given["with-actions"]) await useOwnActions(given);
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
