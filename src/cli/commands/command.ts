/** A command: its words, options, help and examples, and the function that runs it. Everything that knows commands derives from it. */
import type { ArgumentsCamelCase, Argv, InferredOptionTypes, PositionalOptions } from "yargs";
import type { Option } from "../options/kinds.ts";
import type { GlobalArguments } from "../options/options.ts";

type Positionals = Readonly<Record<string, PositionalOptions>>;
type OptionSet = Readonly<Record<string, Option>>;
type Given<P extends Positionals, O extends OptionSet> = GlobalArguments &
  InferredOptionTypes<P> &
  InferredOptionTypes<O>;
type Parser = Argv<GlobalArguments>;

/** Called with the exit code of the command that was chosen. */
export type Finish = (code: number) => void;

/** Words that completion can offer for the operand of a command. */
export type Offer = "runs" | "runbooks" | "scenarios" | "codes";

interface About {
  /** As they are typed: `run [runbook]`, `archive verify <location>`. */
  readonly words: string;
  readonly what: string;
  readonly examples: readonly (readonly [line: string, what: string])[];
  readonly epilogue?: string;
  readonly offers?: Offer;
  /** Names of operands in a message, if the words do not give them. */
  readonly needs?: readonly string[];
}

interface Definition<P extends Positionals, O extends OptionSet> extends About {
  readonly positionals: P;
  readonly options: O;
  /** Loads the implementation, and returns the exit code. */
  readonly run: (given: ArgumentsCamelCase<Given<P, O>>) => Promise<number>;
}

export interface Command extends About {
  readonly name: string;
  readonly options: OptionSet;
  /** Teaches a parser the command; `words` as that parser knows it. */
  readonly addTo: (parser: Parser, words: string, finish: Finish) => Parser;
}

export function command<const P extends Positionals, const O extends OptionSet>(given: Definition<P, O>): Command {
  const { positionals, options, run, ...about } = given;
  const build = (parser: Parser): Argv<Given<P, O>> => {
    for (const [name, each] of Object.entries(positionals)) parser.positional(name, each);
    parser.options(options);
    for (const [line, what] of about.examples) parser.example(line, what);
    if (about.epilogue !== undefined) parser.epilogue(about.epilogue);
    return parser as unknown as Argv<Given<P, O>>;
  };
  return {
    ...about,
    name: about.words.replace(/ [[<].*$/u, ""),
    options,
    addTo: (parser, words, finish) => parser.command(words, about.what, build, async (read) => finish(await run(read))),
  };
}

/** Operands that a command cannot do without, as messages name them. */
export const needsOf = ({ words, needs }: Command): readonly string[] =>
  needs ?? [...words.matchAll(/<([a-z]+)>/gu)].map(([, name = ""]) => name.toUpperCase());
