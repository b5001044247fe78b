/** All tests of backups in a state directory, from the journals of their runs, oldest first. */
import type { StateDirectory } from "../journal/state-directory.js";
import { type BackupTest, backupTestOf } from "../report/backup-test.js";
import { readableEntries } from "./readable-entries.js";

/** A rehearsed one counts for rehearsals alone, and none else for them. */
export function backupTests(state: StateDirectory, rehearsal: boolean): readonly BackupTest[] {
  return [...state.list()].sort().flatMap((run) => {
    const test = backupTestOf(readableEntries(state, run));
    return test === undefined || test.rehearsal !== rehearsal ? [] : [test];
  });
}
