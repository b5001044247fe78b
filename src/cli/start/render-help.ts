/** The help of every command, which the build renders so that `--help` need not load a parser (build/bundle.mjs). */
import { COMMANDS, FAMILIES, GROUPS, TABLE, verbOf, verbsOf } from "../commands/table.ts";
import type { Option } from "../options/kinds.ts";
import { globalOptions } from "../options/options.ts";
import { grouped, helpText, withExamples } from "./help-text.ts";
import { buildParser } from "./parser.ts";

/** The first commands of a newcomer, in this order. */
const FIRST_EXAMPLES: readonly (readonly [command: string, what: string])[] = [
  ["dingo-recover rehearse", "the whole job on a foundation in a box: nothing real can be reached"],
  ["dingo-recover run --dry-run", "everything that only reads, and every other command with real values"],
  ["dingo-recover run", "somebody has deleted a database: asks what it cannot find out"],
  ["dingo-recover resume", "after a stop, a kill or a lost network"],
];

export async function renderHelp(): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const command of COMMANDS) texts[command] = await helpOf(command);
  const groups = GROUPS.map((group) => ({ title: group.title, commands: verbsOf(group).map(rowOf) }));
  const main = withExamples(grouped(await helpOf(""), groups), FIRST_EXAMPLES);
  const all = { "": main, ...Object.fromEntries(COMMANDS.map((command) => [command, asFamily(command, texts)])) };
  return Object.fromEntries(Object.entries(all).map(([command, text]) => [command, `${text}\n`]));
}

/** A verb as the program's own help lists it. */
function rowOf(verb: string): readonly [words: string, what: string] {
  const command = TABLE.find(({ name }) => name === verb);
  return command === undefined ? [verb, FAMILIES[verb] ?? ""] : [command.words, command.what];
}

/** A command that is only the beginning of others shows the first example of each. */
function asFamily(command: string, texts: Readonly<Record<string, string>>): string {
  const text = texts[command] ?? "";
  const members = command in FAMILIES ? TABLE.filter((each) => verbOf(each) === command) : [];
  const first = members.flatMap(({ examples: [example] }) => (example === undefined ? [] : [example]));
  const typed = first.map(([line, what]) => [line.replaceAll("$0", "dingo-recover"), what] as const);
  return typed.length === 0 ? text : withExamples(text, typed);
}

/** The words that stand for the values of a command's options. */
function wordsOf(command: string): ReadonlyMap<string, string> {
  const { options } = TABLE.find(({ name }) => name === command) ?? { options: {} };
  const all: Readonly<Record<string, Option>> = { ...globalOptions, ...options };
  return new Map(
    Object.entries(all).flatMap(([name, { word }]) => (word === undefined ? [] : [[name, word] as const])),
  );
}

/** Of one command alone. */
export async function helpOf(command: string): Promise<string> {
  const words = [...command.split(" ").filter((word) => word !== ""), "--help"];
  return await new Promise((resolve) => {
    // The callback receives the text instead of the terminal.
    void buildParser(words, () => undefined).parse(words, (_error: Error | undefined, _given: unknown, text: string) =>
      resolve(helpText(text, wordsOf(command))),
    );
  });
}
