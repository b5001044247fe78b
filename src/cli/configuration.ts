/** The configuration of this invocation: as much of it as a command needs, and all that a runbook lacks, said at once. */
import type { JsonObject } from "../action.js";
import type { Config } from "../config/config.js";
import { type ConfigOptions, loadConfig, type Section, usualFiles } from "../config/load.js";
import { type Missing, missingOf, type System } from "../config/missing.js";
import { counted } from "../counted.js";
import { RecoverError } from "../errors.js";
import type { Runbook } from "../runbook/runbook.js";
import type { GlobalArguments } from "./options.js";

/** Without `sections`, everything. Throws `config-invalid`. */
export function configOf(given: GlobalArguments, sections?: readonly Section[]): Config {
  return loadConfig({ ...placesOf(given), ...(sections === undefined ? {} : { sections }) });
}

/** Read before a run begins: what is wrong or missing is said all at once, and leaves nothing behind. */
export function configFor(runbook: Runbook, given: GlobalArguments, inputs: JsonObject): Config {
  const config = configOf(given);
  const needsBucket = runbook.inputs.some(({ name }) => name === "archive") && (inputs["archive"] ?? "") === "";
  const missing = missingOf(config, { systems: systemsOf(runbook), env: process.env, needsBucket });
  if (missing.length > 0) throw incomplete(missing, config.file ?? usualFiles(placesOf(given)).join(" or "));
  return config;
}

function placesOf({ config: file }: GlobalArguments): ConfigOptions {
  return { env: process.env, cwd: process.cwd(), ...(file === undefined ? {} : { file }) };
}

/** By the first word of an action's id. Those that are not named here, users' own among them, say it when they run. */
const SYSTEMS: Readonly<Record<string, readonly System[]>> = {
  archive: ["s3"],
  bosh: ["bosh"],
  cf: ["cf"],
  discovery: ["cf", "log-stores"],
  docker: ["bosh"],
  drill: ["cf", "bosh", "s3"],
  etcd: ["bosh"],
  platform: ["cf", "bosh", "s3"],
  postgres: ["bosh"],
};

function systemsOf({ steps }: Runbook): ReadonlySet<System> {
  return new Set(steps.flatMap(({ action }) => SYSTEMS[action.id.split(".")[0] ?? ""] ?? []));
}

function incomplete(missing: readonly Missing[], place: string): RecoverError {
  const list = missing.map(({ what, from }) => `\n  ${what}: ${from}`);
  return new RecoverError("config-invalid", `${counted(missing.length, "setting")} missing:${list.join("")}`, {
    remedy: "Supply all of them and start again; the README shows a whole configuration.",
    place,
    effect: "none",
  });
}
