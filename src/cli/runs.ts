import { EXIT } from "../errors.js";
import { createOutput } from "../ui/output.js";
import { secrets } from "./failure.js";
import { allRuns } from "./open-runs.js";
import type { GlobalArguments } from "./options.js";
import { openStateDirectory } from "./state.js";

export async function runs(given: GlobalArguments): Promise<number> {
  const output = createOutput({ secrets, color: given.color });
  const all = allRuns(openStateDirectory({ stateDir: given["state-dir"] }));
  if (given.json) output.json({ schema: "dingo-recover/runs@1", runs: all });
  else if (all.length === 0) output.line("no runs yet");
  else
    for (const run of all)
      output.line(
        `${run.run}  ${run.state.padEnd(11)} ${run.target || "-"}  ${run.runbook}${run.rehearsal ? " (rehearsal)" : ""}  ${run.step}`.trimEnd(),
      );
  return await Promise.resolve(EXIT.done);
}
