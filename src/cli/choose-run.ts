import { RecoverError } from "../errors.js";
import type { StateDirectory } from "../journal/state-directory.js";
import { openRehearsals, openRuns } from "./open-runs.js";

/** The run that a prefix names, or the only open one where none was given; a rehearsal has to be named. */
export function chooseRun(directory: StateDirectory, prefix: string | undefined): string {
  if (prefix !== undefined && prefix !== "") return directory.find(prefix);
  const run = onlyOpen(directory);
  if (run !== undefined) return run;
  const rehearsed = openRehearsals(directory).map((each) => each.run);
  throw new RecoverError("run-not-found", "no run is open", {
    remedy:
      rehearsed.length === 0
        ? "Begin one with dingo-recover run; dingo-recover runs lists all."
        : `A rehearsal has to be named: ${rehearsed.join(", ")}.`,
    place: directory.path,
    effect: "none",
  });
}

/** The same, or the only rehearsal that goes on where no run is open: a rehearsal is never in the way of a run. */
export function chooseRunOrRehearsal(directory: StateDirectory, prefix: string | undefined): string {
  if (prefix !== undefined && prefix !== "") return directory.find(prefix);
  const rehearsed = (): string | undefined => only("rehearsal", openRehearsals(directory), directory);
  return onlyOpen(directory) ?? rehearsed() ?? chooseRun(directory, prefix);
}

function onlyOpen(directory: StateDirectory): string | undefined {
  return only(
    "run",
    openRuns(directory).filter((each) => !each.rehearsal),
    directory,
  );
}

function only(
  what: "run" | "rehearsal",
  open: readonly { readonly run: string }[],
  { path }: StateDirectory,
): string | undefined {
  const names = open.map(({ run }) => run);
  if (names.length < 2) return names[0];
  throw new RecoverError("run-ambiguous", `${names.length} ${what}s are open: ${names.join(", ")}`, {
    remedy: "Name one of them.",
    place: path,
    effect: "none",
  });
}
