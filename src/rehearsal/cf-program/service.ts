/** The box's `cf`, answered in its process. */
import { join } from "node:path";
import { type Served, servePrograms } from "../served-programs.ts";
import { answerCf } from "./program.ts";

/** Variables of the caller that the program reads; the caller's HOME, because this process has the rehearser's. */
const VARIABLES = ["CF_HOME", "HOME", "CF_USERNAME", "CF_PASSWORD"] as const;

/** Writes `DIRECTORY/cf` and serves its questions. */
export async function serveCf(
  directory: string,
  now: () => number,
): Promise<{ readonly path: string; readonly service: Served }> {
  const service = await servePrograms({
    directory,
    names: ["cf"],
    variables: VARIABLES,
    answer: ({ variables, words }, signal) => {
      const env = VARIABLES.map((name, at) => [name, variables[at] === "" ? undefined : variables[at]]);
      return answerCf({ env: Object.fromEntries(env) as Record<string, string | undefined>, words, signal }, now);
    },
  });
  return { path: join(directory, "cf"), service };
}
