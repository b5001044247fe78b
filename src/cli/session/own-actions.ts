/** Users' own actions: the modules that the configuration names (`actions:`). */
import type { GlobalArguments } from "../options/options.ts";
import { refuse } from "../../errors.ts";
import { quoted } from "../../kit/text/printable.ts";
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
  const definedIn = new Map<string, string>();
  for (const file of files) {
    const actions = await actionsOf(file);
    for (const { id } of actions) {
      refuseTwice(id, definedIn.get(id), file);
      definedIn.set(id, file);
    }
    learn(actions);
  }
}

/** One of the two would count, and nobody would know which. */
function refuseTwice(id: string, one: string | undefined, other: string): void {
  if (one === undefined) return;
  const where = one === other ? `twice in ${quoted(one)}` : `in ${quoted(one)} and in ${quoted(other)}`;
  throw refuse("config-invalid", `the action ${quoted(id)} is defined ${where}`)
    .at(other)
    .advise("Give one of the two another id.");
}

/** If they cannot be read, all that is wrong with the configuration is said at once. */
async function filesOf(given: GlobalArguments): Promise<readonly string[]> {
  try {
    return (await configOf(given, ["actions"])).actions;
  } catch (cause) {
    await configOf(given);
    throw cause;
  }
}
