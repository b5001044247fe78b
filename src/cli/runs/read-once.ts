/** A state directory that reads each run once, however often it is asked for: for one look at all runs. */
import type { JournalReading } from "../../engine/journal/reading.ts";
import type { StateDirectory } from "../../engine/journal/state-directory.ts";

/** The calls that a look needs. A state directory has them too, and reads anew at each call. */
export type SavedRuns = Pick<
  StateDirectory,
  "path" | "directoryOf" | "list" | "find" | "read" | "textOf" | "isCarried"
>;

export function readOnce(directory: SavedRuns): SavedRuns {
  const readings = new Map<string, () => JournalReading>();
  const reading = (run: string): (() => JournalReading) => {
    try {
      const read = directory.read(run);
      return () => read;
    } catch (thrown) {
      return () => {
        throw thrown;
      };
    }
  };
  return {
    path: directory.path,
    directoryOf: (run) => directory.directoryOf(run),
    list: () => directory.list(),
    find: (prefix) => directory.find(prefix),
    textOf: (run) => directory.textOf(run),
    isCarried: (run) => directory.isCarried(run),
    read: (run) => {
      const known = readings.get(run) ?? reading(run);
      readings.set(run, known);
      return known();
    },
  };
}
