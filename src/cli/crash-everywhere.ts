/** `rehearse --crash-everywhere`: the matrix, one line of figures, and what to type to see one failing point again. */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { EXIT } from "../errors.js";
import { BATCH_RUNBOOK } from "./batch.js";
import { crashEverywhere } from "../rehearsal/crash/everywhere.js";
import { allRecovered, matrixDocument, matrixLines } from "../rehearsal/crash/matrix.js";
import type { Act } from "../rehearsal/crash/recording.js";
import type { Scenario } from "../rehearsal/scenarios/scenario.js";
import type { Output } from "../ui/output.js";
import { optional } from "../optional.js";

const WORKER = fileURLToPath(new URL("./crash-worker.js", import.meta.url));
/** Each of them is a few hundred megabytes. */
const MOST_PROCESSES = 4;

/** What happens within a run is tried with that run alone; what a batch has of its own is tried in full. */
const EVERY_WITHIN = 20;

interface Given {
  readonly json: boolean;
  readonly undo: boolean;
  readonly "accept-loss"?: number | undefined;
}

export async function everywhere(
  given: Given,
  { output, scenario, seed }: { readonly output: Output; readonly scenario: Scenario; readonly seed: number },
): Promise<number> {
  const say = (line: string): void => {
    if (!given.json) output.line(line);
  };
  say(`Rehearsal "${scenario.title}", killed wherever it can be killed; everything happens on this machine only.`);
  const matrix = await crashEverywhere({
    scenario: scenario.name,
    seed,
    act: actOf(given, scenario),
    ...optional("acceptLoss", given["accept-loss"]),
    worker: WORKER,
    processes: Math.min(availableParallelism(), MOST_PROCESSES),
    accidents: true,
    every: 1,
    everyWithin: EVERY_WITHIN,
    say,
  });
  if (given.json) output.json(matrixDocument(matrix));
  else for (const line of matrixLines(matrix)) output.line(line);
  return allRecovered(matrix) ? EXIT.done : EXIT.stepFailed;
}

function actOf({ undo }: Given, { runbook }: Scenario): Act {
  if (undo) return "undo";
  return runbook === BATCH_RUNBOOK ? "batch" : "recovery";
}
