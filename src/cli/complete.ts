/**
 * Candidates for the word that is being typed, for `completion`'s scripts: commands and options as the rendered help has
 * them, runs of the state directory, runbooks, scenarios, codes. It asks no system, and it is silent where it cannot tell.
 */
import { SETTINGS } from "../config/settings.js";
import { CATALOGUE, EXIT } from "../errors.js";
import { printable } from "../printable.js";
import { SCENARIOS } from "../rehearsal/scenarios/registry.js";
import { SHELLS } from "./completion-scripts.js";
import { optionRows } from "./help-text.js";
import { allRuns } from "./open-runs.js";
import * as options from "./options.js";
import { COMMANDS } from "./parser.js";
import { preparingOptions, QUESTIONED } from "./preparing-options.js";
import { readOnce } from "./read-once.js";
import { renderHelp } from "./render-help.js";
import { shippedNames } from "./runbook-files.js";
import { openStateDirectory } from "./state.js";

export interface Candidate {
  readonly word: string;
  readonly what: string;
}

/** Names of files are the shell's own knowledge. */
const FILES: Candidate = { word: ":files", what: "" };

/** `words`: behind the program's name; the last one is being typed. */
export async function complete(words: readonly string[]): Promise<number> {
  for (const line of await completions(words)) process.stdout.write(`${line}\n`);
  return EXIT.done;
}

/** As the scripts read them. */
export async function completions(words: readonly string[]): Promise<readonly string[]> {
  const current = words.at(-1) ?? "";
  const found = await candidates(words.slice(0, -1), current).catch((): readonly Candidate[] => []);
  return found.flatMap(({ word, what }) => {
    if (word === FILES.word) return [word];
    return word.startsWith(current) ? [`${word}\t${printable(what).replace(/\s+/gu, " ")}`] : [];
  });
}

async function candidates(before: readonly string[], current: string): Promise<readonly Candidate[]> {
  const option = before.at(-1) ?? "";
  if (takesValue(option)) return VALUES[option] ?? [];
  const help = await renderHelp();
  const names = before.filter((word, at) => !word.startsWith("-") && !takesValue(before[at - 1] ?? ""));
  const command = commandOf(names);
  if (current.startsWith("-")) return optionRows(help[command] ?? "").map(({ name, what }) => ({ word: name, what }));
  const below = COMMANDS.filter((each) => isBelow(each, command));
  if (below.length > 0 && names.length === depth(command))
    return below.map((each) => ({ word: each.split(" ").at(-1) ?? each, what: titleOf(help[each] ?? "") }));
  return names.length > depth(command) ? [] : (OPERANDS[command]?.(before) ?? []);
}

const depth = (command: string): number => (command === "" ? 0 : command.split(" ").length);

/** The longest command that the words begin with. */
function commandOf(names: readonly string[]): string {
  const fitting = ["", ...COMMANDS].filter((each) => `${names.join(" ")} `.startsWith(each === "" ? "" : `${each} `));
  return fitting.reduce((longest, each) => (each.length > longest.length ? each : longest));
}

const isBelow = (each: string, command: string): boolean =>
  depth(each) === depth(command) + 1 && (command === "" || each.startsWith(`${command} `));

/** The line below `Usage:`. */
const titleOf = (help: string): string => help.split("\n\n")[1]?.replaceAll("\n", " ") ?? "";

const words = (...given: readonly string[]): readonly Candidate[] => given.map((word) => ({ word, what: "" }));

/** What may stand behind an option; where it is free text, nothing is offered. */
const VALUES: Readonly<Record<string, readonly Candidate[]>> = {
  ...Object.fromEntries(
    ["--config", "--state-dir", "--inputs", "--logs", "--inventory", "--file", "--output", "-o", "--svg"].map(
      (option) => [option, [FILES]],
    ),
  ),
  "--format": words(...options.REPORT_FORMATS),
  "--pace": words("person", "max"),
  "--reader": words("wal-e", "wal-g"),
  "--runbook": words(...shippedNames()),
  "--set": SETTINGS.map(({ name, what }) => ({ word: `${name}=`, what })),
};

function takesValue(option: string): boolean {
  return VALUES[option] !== undefined || VALUED.has(option);
}

/** Every option that takes a word of its own. */
const VALUED: ReadonlySet<string> = new Set(
  Object.values<object>({ ...options, preparingOptions }).flatMap((group) =>
    Object.entries<{ readonly type?: string }>({ ...group }).flatMap(([name, { type }]) =>
      type === "string" || type === "number" || type === "array" ? [`--${name}`] : [],
    ),
  ),
);

function runs(before: readonly string[]): readonly Candidate[] {
  const at = before.indexOf("--state-dir");
  const directory = readOnce(openStateDirectory({ stateDir: at < 0 ? undefined : before[at + 1] }));
  return allRuns(directory)
    .toReversed()
    .map(({ run, runbook, target, state }) => ({ word: run, what: `${state}: ${runbook} ${target}` }));
}

const OPERANDS: Readonly<Record<string, (before: readonly string[]) => readonly Candidate[]>> = {
  run: () => [...words(...shippedNames()), FILES],
  show: () => [...words(...shippedNames()), FILES],
  rehearse: () => SCENARIOS.map(({ name, title }) => ({ word: name, what: title })),
  explain: () => Object.entries(CATALOGUE).map(([word, { meaning }]) => ({ word, what: meaning })),
  completion: () => words(...SHELLS),
  schema: () => words("runbook", "config"),
  questions: () => words(...QUESTIONED),
  lint: () => [FILES],
  trust: () => [FILES],
  approve: () => [FILES],
  "handover import": () => [FILES],
  ...Object.fromEntries(
    ["resume", "undo", "cleanup", "status", "report", "serve", "journal verify", "handover export"].map((each) => [
      each,
      runs,
    ]),
  ),
};
