import { replay } from "../engine/replay.js";
import { summarize } from "../engine/summary.js";
import { EXIT } from "../errors.js";
import { createOutput } from "../ui/output.js";
import { chooseRun } from "./choose-run.js";
import { secrets } from "./failure.js";
import type { GlobalArguments } from "./options.js";
import { openStateDirectory } from "./state.js";

/** Where a run stands: every step that it came to, and how it can go on. */
export async function status(given: GlobalArguments & { readonly run?: string | undefined }): Promise<number> {
  const output = createOutput({ secrets, color: given.color });
  const directory = openStateDirectory({ stateDir: given["state-dir"] });
  const run = chooseRun(directory, given.run);
  const reading = directory.read(run);
  const state = replay(reading.entries);
  const summary = summarize(reading.entries, { carried: directory.isCarried(run) });
  const steps = [...state.units].map(([unit, step]) => ({ unit, state: step.kind }));
  if (given.json) {
    output.json({ schema: "dingo-recover/status@1", ...summary, head: reading.head, steps });
    return EXIT.done;
  }
  output.line(`${summary.run}  ${summary.state}${summary.rehearsal ? "  (rehearsal)" : ""}`, "strong");
  output.line(`${summary.runbook}  target: ${summary.target || "not fixed yet"}`);
  output.line(`begun ${summary.startedAt}, last entry ${summary.updatedAt}`);
  for (const step of steps)
    output.line(
      `  ${step.state.padEnd(10)} ${step.unit}`,
      step.state === "succeeded" || step.state === "skipped" ? undefined : "warn",
    );
  if (state.phase.kind === "stopped" && state.phase.error !== undefined)
    output.line(`${state.phase.error.message} (${state.phase.error.code})`);
  output.line(`journal head: ${reading.head}`);
  if (state.phase.kind !== "ended") output.line(`continue with: dingo-recover resume ${run}`);
  return await Promise.resolve(EXIT.done);
}
