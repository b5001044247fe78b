/** The parser of the command line, made of the table of commands. An implementation is loaded when its command is chosen. */
import yargs, { type Argv } from "yargs";
import type { Command, Finish } from "../commands/command.ts";
import { FAMILIES, TABLE, verbOf } from "../commands/table.ts";
import { withDepth } from "../options/archive-options.ts";
import { type GlobalArguments, globalOptions } from "../options/options.ts";
import { refuse } from "../../errors.ts";

export const NO_COMMAND = "a command is missing";

type Parser = Argv<GlobalArguments>;

/** Help is not wrapped here: `help-text.ts` lays it out. */
export function buildParser(words: readonly string[], finish: Finish): Parser {
  const parser = yargs([...withDepth(withStandardInput(words))])
    .scriptName("dingo-recover")
    .usage(
      "Usage: $0 <command>\n\nBrings a deleted Dingo PostgreSQL service back, step by step; it can be killed at any moment and resumed.",
    )
    .options(globalOptions)
    .group([...Object.keys(globalOptions), "help"], "Everywhere:")
    .check((given) => requireOnce(given, GIVEN_ONCE))
    .strict()
    .recommendCommands()
    .wrap(null)
    .help("help", "show this text")
    .alias("help", "h")
    .version(false)
    .demandCommand(1, NO_COMMAND);
  for (const [family, what] of Object.entries(FAMILIES)) parser.command(family, what, withFamily(family, finish));
  for (const command of TABLE) if (!(verbOf(command) in FAMILIES)) command.addTo(parser, command.words, finish);
  return parser;
}

/** yargs takes a lone "-" for no value. */
function withStandardInput(words: readonly string[]): readonly string[] {
  return words.flatMap((word, index) => {
    if (word === "--logs" && words[index + 1] === "-") return ["--logs=-"];
    return word === "-" && words[index - 1] === "--logs" ? [] : [word];
  });
}

const withFamily =
  (family: string, finish: Finish) =>
  (parser: Parser): Parser => {
    for (const command of TABLE)
      if (verbOf(command) === family) command.addTo(parser, command.words.slice(family.length + 1), finish);
    return parser.demandCommand(1, `what to do with the ${family} is missing`);
  };

const OPTIONS: readonly Command["options"][] = [globalOptions, ...TABLE.map(({ options }) => options)];

/** Options that are no list. */
const GIVEN_ONCE: readonly string[] = OPTIONS.flatMap((options) =>
  Object.entries(options).flatMap(([name, option]) => (option.type === "array" ? [] : [name])),
);

/** Throws `usage` for the first of `names` that was given twice: yargs makes a list of it. */
function requireOnce(given: Readonly<Record<string, unknown>>, names: readonly string[]): true {
  const twice = names.find((name) => Array.isArray(given[name]));
  if (twice === undefined) return true;
  throw refuse("usage", `--${twice} is given more than once`).advise("Give it once.");
}
