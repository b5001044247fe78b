/** Begins a run. Everything that can be wrong with the call is said before anything is written, and before the engine is loaded. */
import type { JsonObject } from "../../../action.ts";
import { requireAllInputs, startingInputs } from "../../../engine/steps/inputs.ts";
import { TEST_RUNBOOK } from "../../../report/test-runbook.ts";
import { configFor } from "../../session/configuration.ts";
import { type ConductArguments, flagsOf, openStage } from "../../session/stage.ts";
import { readInputs } from "../../session/inputs.ts";
import type { InputArguments } from "../../options/options.ts";
import { useOwnActions } from "../../session/own-actions.ts";
import { plannedRunbook } from "../../process/planned-runbook.ts";
import type { Afterwards } from "./begin.ts";

const NOT_RESUMED = { decide: [], acceptRunbook: false, takeOver: false };

const AS_IT_ENDED: Afterwards = (_run, code) => Promise.resolve(code);

export async function run(given: RunCall, afterwards = AS_IT_ENDED): Promise<number> {
  return await runWith(given, readInputs(given), afterwards);
}

export type RunCall = ConductArguments & InputArguments & { readonly runbook: string };

/** As `run`, with inputs that the command itself knows. */
export async function runWith(given: RunCall, inputs: JsonObject, afterwards = AS_IT_ENDED): Promise<number> {
  const stage = openStage(given);
  await useOwnActions(given);
  const runbook = await plannedRunbook(given.runbook);
  const flags = flagsOf(given, NOT_RESUMED);
  // A wrong input or configuration is said before there is a run.
  const starting = startingInputs(runbook, inputs, stage.clock.now());
  if (runbook.name === TEST_RUNBOOK) {
    const { refuseGoneFindings } = await import("../../session/before-test.ts");
    refuseGoneFindings(starting["serious"]);
  }
  const config = await configFor(runbook, given, inputs);
  if (!stage.asks && stage.mode === undefined) requireAllInputs(runbook, starting);
  const { begin, tryDry } = await import("./begin.ts");
  const beginning = { stage, runbook, flags, config, inputs };
  if (given["dry-run"]) return await tryDry(beginning);
  return await begin(beginning, { stateDir: given["state-dir"], afterwards });
}
