import { EXIT } from "../errors.js";
import { createOutput } from "../ui/output.js";
import { backText, batchStateOf } from "./batch-state.js";
import { MEMBER_RUNBOOK } from "./batch.js";
import { secrets } from "./failure.js";
import { allRuns, type ListedRun } from "./open-runs.js";
import type { GlobalArguments } from "./options.js";
import { readOnce, type SavedRuns } from "./read-once.js";
import { openStateDirectory } from "./state.js";

export async function runs(given: GlobalArguments): Promise<number> {
  const output = createOutput({ secrets, color: given.color });
  const directory = readOnce(openStateDirectory({ stateDir: given["state-dir"] }));
  const all = allRuns(directory).map((each) => withBatch(directory, each));
  if (given.json) output.json({ schema: "dingo-recover/runs@1", runs: all.map(({ told: _told, ...run }) => run) });
  else if (all.length === 0) output.line("no runs yet");
  else
    for (const run of all)
      output.line(
        `${run.run}  ${run.state.padEnd(11)} ${run.target || "-"}  ${run.runbook}${run.rehearsal ? " (rehearsal)" : ""}  ${run.told ?? run.step}`.trimEnd(),
      );
  return await Promise.resolve(EXIT.done);
}

/** A batch stands where its databases stand, whatever its own run came to. */
function withBatch(directory: SavedRuns, run: ListedRun): ListedRun & { readonly told?: string } {
  if (run.state !== "succeeded" || run.runbook === MEMBER_RUNBOOK) return run;
  const batch = batchStateOf(directory, directory.read(run.run).entries);
  return batch === undefined
    ? run
    : { ...run, state: batch.state, updatedAt: batch.updatedAt, told: backText(batch.standings) };
}
