/** `config show`: what the configuration comes to, and with `--origin` where each value comes from. No secret is fetched. */
import { findFile, loadConfig, readDocument, usualFiles } from "../../config/settings/load.ts";
import { type Origin, originsOf } from "../../config/settings/origin.ts";
import { SECTION_TITLES } from "../../config/settings/settings.ts";
import { asRecoverError, EXIT } from "../../errors.ts";
import { homeDirectory } from "../../kit/process/home-directory.ts";
import { createOutput, type Output } from "../screen/output.ts";
import { wrap } from "../screen/text.ts";
import { placesOf } from "../session/configuration.ts";
import { secrets } from "../process/failure.ts";
import type { GlobalArguments } from "../options/options.ts";
import type { ConfigShowArguments } from "../options/preparing-options.ts";
import { untrustedStanding } from "../session/require-trusted.ts";
import { statePath } from "../process/state-path.ts";

type Given = GlobalArguments & ConfigShowArguments;

export async function configShow(given: Given): Promise<number> {
  const output = createOutput({ secrets, color: given.color });
  const shown = configDocument(given);
  if (given.json) output.json(shown);
  else show(output, given, shown);
  // Mistakes in the file are told after its content.
  loadConfig(placesOf(given));
  if (!given.json && !shown.trusted)
    output.line("It is not trusted: nothing of it is obeyed before you say yes to dingo-recover trust.", "strong");
  return await Promise.resolve(EXIT.done);
}

/** For programs: names that scripts rely on. */
function configDocument(given: GlobalArguments) {
  const places = placesOf(given);
  const document = readDocument(places);
  const origins = originsOf({ document, env: process.env, home: homeDirectory(process.env) });
  return {
    schema: "dingo-recover/config@1",
    file: document?.path ?? null,
    trusted: isTrusted(given),
    settings: [...origins, stateOrigin(given)].map((origin) => ({ ...origin, value: origin.value ?? null })),
  } as const;
}

/** Whether what lies there counts; nothing has to be trusted if there is no file. */
function isTrusted(given: GlobalArguments): boolean {
  const found = findFile(placesOf(given));
  try {
    return found === undefined || untrustedStanding(given, found) === undefined;
  } catch (thrown) {
    if (asRecoverError(thrown).code === "config-untrusted") return false;
    throw thrown;
  }
}

type Shown = ReturnType<typeof configDocument>;

function stateOrigin(given: GlobalArguments): Origin {
  const flag = given["state-dir"] !== undefined;
  const variable = ["DINGO_RECOVER_STATE", "XDG_STATE_HOME"].find((name) => (process.env[name] ?? "") !== "");
  return {
    name: "state-dir",
    value: statePath(given["state-dir"], process.env),
    secret: false,
    set: true,
    ...(flag
      ? { from: "flag", place: "--state-dir" }
      : variable === undefined
        ? { from: "default", place: "" }
        : { from: "environment", place: variable }),
  };
}

function show(output: Output, given: Given, { file, settings }: Shown): void {
  const width = Math.min(output.columns, 120);
  const looked = usualFiles(placesOf(given)).join(" and ");
  output.line(file === null ? `no file; looked at ${looked}` : `file: ${file}`);
  const all = given.all ? settings : settings.filter((each) => isTelling(each, settings));
  let section = "";
  for (const setting of all) {
    const first = sectionOf(setting.name);
    if (first !== section && SECTION_TITLES[first] !== undefined) {
      output.line();
      output.line(SECTION_TITLES[first], "strong");
    } else if (first !== section) output.line();
    section = first;
    for (const line of linesOf(setting, { origin: given.origin, file, width })) output.line(line);
  }
  const left = settings.length - all.length;
  if (left > 0) {
    output.line();
    for (const line of wrap(`${left} more are not set, or are off; --all names them.`, width))
      output.line(line, "faint");
  }
}

const sectionOf = (name: string): string => name.split(".")[0] ?? "";

/** Settings that somebody gave, and defaults that hold beside them, unless they are off. */
function isTelling({ name, from, value }: Shown["settings"][number], settings: Shown["settings"]): boolean {
  if (from !== "default") return from !== "nowhere";
  const beside = settings.filter((each) => sectionOf(each.name) === sectionOf(name));
  return (
    value !== "false" && (name === "state-dir" || beside.some((each) => !["default", "nowhere"].includes(each.from)))
  );
}

interface Layout {
  readonly origin: boolean;
  readonly file: string | null;
  readonly width: number;
}

/** A value stands behind its name, and behind it where it comes from. */
function linesOf(
  { name, value, secret, set, from, place }: Shown["settings"][number],
  { origin, file, width }: Layout,
): readonly string[] {
  // Where a secret comes from is said once.
  const text = !secret ? (value ?? "not set") : origin && from === "environment" ? "set" : secretText(value, set);
  const told = originText(from, from === "file" ? lineText(place, file) : place);
  const [first = "", ...rest] = wrap(`${name}: ${text}${origin && told !== "" ? ` (${told})` : ""}`, width, "      ");
  return [`  ${first.trimStart()}`, ...rest];
}

function originText(from: Origin["from"], place: string): string {
  switch (from) {
    case "file":
      return place;
    case "environment":
      return `variable ${place}`;
    case "flag":
      return place;
    case "default":
      return "default";
    case "nowhere":
      return "";
  }
}

/** The file is named at the top. */
const lineText = (place: string, file: string | null): string =>
  file !== null && place.startsWith(`${file}:`) ? `line ${place.slice(file.length + 1)}` : place;

function secretText(value: string | null, set: Origin["set"]): string {
  if (value === null) return "not set";
  if (set === "unknown") return value;
  return set ? `set, by ${value}` : `not set (${value})`;
}
