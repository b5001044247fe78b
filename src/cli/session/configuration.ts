/** The configuration of this invocation: as much of it as a command needs, and all that a runbook lacks, said at once. */
import { resolve } from "node:path";
import type { JsonObject } from "../../action.ts";
import type { Config } from "../../config/settings/config.ts";
import { type ConfigOptions, findFile, loadConfig, type Section, usualFiles } from "../../config/settings/load.ts";
import { readEnvdir } from "../../config/settings/envdir.ts";
import { type Missing, missingOf, type System } from "../../config/settings/missing.ts";
import { counted } from "../../kit/text/counted.ts";
import { type RecoverError, refuse } from "../../errors.ts";
import { optional } from "../../kit/optional.ts";
import type { Runbook } from "../../engine/runbook/runbook.ts";
import type { GlobalArguments } from "../options/options.ts";

/**
 * Without `sections`, all of them. A configuration in the working directory is obeyed only once this user trusts it
 * (law 15): on a terminal it is shown, and asked about. Throws `config-invalid`, `config-untrusted`.
 */
export async function configOf(given: GlobalArguments, sections?: readonly Section[]): Promise<Config> {
  const places = placesOf(given);
  const found = findFile(places);
  // The very text that is trusted is the one that counts.
  const config = loadConfig({ ...places, ...optional("content", found), ...optional("sections", sections) });
  // If there is no file, nothing is loaded for it: the first answer of an incident is waited for.
  if (found !== undefined) await (await import("./require-trusted.ts")).requireTrusted(given, found);
  return config;
}

/** Read before a run begins: what is wrong or missing is said all at once, and leaves nothing behind. */
export async function configFor(runbook: Runbook, given: GlobalArguments, inputs: JsonObject): Promise<Config> {
  const config = await configReadFor(runbook, given, inputs);
  const missing = missingFor(runbook, config, { systems: systemsOf(runbook), inputs });
  if (missing.length === 0) return config;
  const wantsEnvdir = runbook.inputs.some(({ name }) => name === "envdir") && (inputs["envdir"] ?? "") === "";
  throw incomplete(missing, { wantsEnvdir, place: config.file ?? usualFiles(placesOf(given)).join(" or ") });
}

/** As `configFor`, without a check for missing settings. */
export async function configReadFor(runbook: Runbook, given: GlobalArguments, inputs: JsonObject): Promise<Config> {
  return withEnvdir(await configOf(given, sectionsFor(runbook)), runbook, inputs);
}

/** The settings that a runbook lacks of these systems. */
export function missingFor(
  runbook: Runbook,
  config: Config,
  { systems, inputs }: { readonly systems: ReadonlySet<System>; readonly inputs: JsonObject },
): readonly Missing[] {
  const wantsArchive = runbook.inputs.some(({ name }) => name === "archive") && (inputs["archive"] ?? "") === "";
  return missingOf(config, { systems, env: process.env, needsBucket: wantsArchive && systems.has("s3") });
}

/** A runbook that speaks to an object store alone has no use for what the file says of a platform, be it wrong or missing. */
function sectionsFor({ steps }: Runbook): readonly Section[] | undefined {
  const kinds = new Set(steps.map(({ action }) => action.id.split(".")[0] ?? ""));
  return [...kinds].every((kind) => STORE_ALONE.has(kind)) ? ["s3", "gpg", "sandbox", "actions"] : undefined;
}

const STORE_ALONE: ReadonlySet<string> = new Set(["backup"]);

/**
 * The input `envdir` names WAL-E's own settings, which then outweigh the file and the environment. `gpg_key` names the
 * private key of an encrypted archive; the configuration has its passphrase.
 */
function withEnvdir(config: Config, { inputs: known }: Runbook, inputs: JsonObject): Config {
  const directory = textOf("envdir");
  const key = textOf("gpg_key");
  const keyed = key === "" ? config : { ...config, gpg: { ...config.gpg, key: resolve(key) } };
  if (directory === "") return keyed;
  const { s3, walE } = readEnvdir(directory, process.cwd());
  return { ...keyed, s3: { ...config.s3, ...s3 }, walE };

  function textOf(input: string): string {
    const value = inputs[input];
    return typeof value === "string" && known.some(({ name }) => name === input) ? value : "";
  }
}

export function placesOf({ config: file }: GlobalArguments): ConfigOptions {
  return { env: process.env, cwd: process.cwd(), ...optional("file", file) };
}

/** By the first word of an action's id. Those that are not named here, users' own among them, say it when they run. */
const SYSTEMS: Readonly<Record<string, readonly System[]>> = {
  archive: ["s3"],
  backup: ["s3"],
  bosh: ["bosh"],
  cf: ["cf"],
  discovery: ["cf", "log-stores"],
  docker: ["bosh"],
  drill: ["cf", "bosh", "s3"],
  etcd: ["bosh"],
  platform: ["cf", "bosh", "s3"],
  postgres: ["bosh"],
};

/** The systems of a foundation that it speaks to; none if it is about a Docker host alone. */
export function systemsOf({ steps }: Runbook): ReadonlySet<System> {
  return new Set(steps.flatMap(({ action }) => SYSTEMS[action.id.split(".")[0] ?? ""] ?? []));
}

/** First words of the ids of the actions that speak to it. */
export function kindsOf(system: System): ReadonlySet<string> {
  return new Set(Object.entries(SYSTEMS).flatMap(([kind, systems]) => (systems.includes(system) ? [kind] : [])));
}

function incomplete(
  missing: readonly Missing[],
  { wantsEnvdir, place }: { readonly wantsEnvdir: boolean; readonly place: string },
): RecoverError {
  const list = missing.map(({ what, from }) => `\n  ${what}\n    ${from}`);
  const envdir = wantsEnvdir ? "On a host with WAL-E's own settings, give --input envdir=/etc/wal-e alone. Or: " : "";
  return refuse("config-invalid", `${counted(missing.length, "setting")} missing:${list.join("")}`)
    .at(place)
    .advise(
      `${envdir}dingo-recover init asks for them and writes the file; dingo-recover doctor then says whether it works. Nothing was begun.`,
    );
}
