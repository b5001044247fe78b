/** Removes the copies of killed backup tests: nobody resumes a job of cron, and each copy fills the disk. */
import { asRecoverError } from "../../errors.ts";
import type { StateDirectory } from "../../engine/journal/state-directory.ts";
import type { ScratchDatabases } from "../../ports/scratch-database.ts";
import { backupTestOf } from "../../report/backup-test.ts";
import { endOf } from "../../engine/journal/entry.ts";
import { madeCopy } from "./left-copy.ts";
import { readableEntries } from "./readable-entries.ts";

export interface Sweep {
  readonly state: Pick<StateDirectory, "list" | "read" | "isCarried">;
  readonly copies: Pick<ScratchDatabases, "look" | "stop" | "remove">;
  readonly rehearsal: boolean;
  readonly say: (text: string) => void;
}

/** Leaves a run that a process carries, one that was to keep its copy, and a place of another run as they are. */
export async function sweepTests({ state, copies, rehearsal, say }: Sweep): Promise<void> {
  for (const run of state.list()) {
    const entries = readableEntries(state, run);
    const made = madeCopy(entries);
    if (made === undefined || made.keep || endOf(entries) !== undefined) continue;
    if (backupTestOf(entries)?.rehearsal !== rehearsal || state.isCarried(run)) continue;
    try {
      const { state: lies } = await copies.look(made.place, run);
      if (lies === "absent" || lies === "foreign") continue;
      await copies.stop({ place: made.place, programs: made.postgres_bin }, "at-once");
      await copies.remove(made.place, run);
      say(`left over from run ${run}, which was broken off: ${made.place} is removed`);
    } catch (thrown) {
      say(`left over from run ${run}: ${made.place} could not be removed: ${asRecoverError(thrown).message}`);
    }
  }
}
