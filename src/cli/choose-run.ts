import { RecoverError } from "../errors.js";
import type { StateDirectory } from "../journal/state-directory.js";
import { openRuns } from "./open-runs.js";

/** The run that a prefix names, or the only open one where none was given; a rehearsal has to be named. */
export function chooseRun(directory: StateDirectory, prefix: string | undefined): string {
  if (prefix !== undefined && prefix !== "") return directory.find(prefix);
  const [only, ...others] = openRuns(directory).filter((each) => !each.rehearsal);
  if (only !== undefined && others.length === 0) return only.run;
  if (only === undefined) {
    throw new RecoverError("run-not-found", "no run is open", {
      remedy: "Begin one with dingo-recover run; dingo-recover runs lists all.",
      place: directory.path,
      effect: "none",
    });
  }
  throw new RecoverError(
    "run-ambiguous",
    `${others.length + 1} runs are open: ${[only, ...others].map((each) => each.run).join(", ")}`,
    {
      remedy: "Name one of them.",
      place: directory.path,
      effect: "none",
    },
  );
}
