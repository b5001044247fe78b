/** Users' own actions: the modules that the configuration names (`actions:`). */
import type { GlobalArguments } from "../options/options.ts";
import { secrets } from "../process/own-secrets.ts";
import { configOf, placesOf } from "./configuration.ts";

/** Before a runbook is opened. Throws `config-invalid` with the file that is wrong, `config-untrusted` before any is loaded. */
export async function useOwnActions(given: GlobalArguments): Promise<void> {
  const files = await filesOf(given);
  if (files.length === 0) return;
  // Most have none, and wait for a first answer.
  const [{ actionsOf }, { learn }, { knownSecrets }] = await Promise.all([
    import("./own-module.ts"),
    import("../process/shipped-runbooks.ts"),
    import("../../config/settings/known-secrets.ts"),
  ]);
  // Own code has the environment and the files, whether a step asks the tool for them or not (law 10).
  for (const value of knownSecrets(placesOf(given))) secrets.register(value);
  for (const file of files) learn(await actionsOf(file));
}

/** Where they cannot be read, all that is wrong with the configuration is said at once. */
async function filesOf(given: GlobalArguments): Promise<readonly string[]> {
  try {
    return (await configOf(given, ["actions"])).actions;
  } catch (cause) {
    await configOf(given);
    throw cause;
  }
}
