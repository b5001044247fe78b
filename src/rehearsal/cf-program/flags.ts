/** The CLI's flags: a value flag takes the next word unless that looks like a flag; `--` does not end them. */
import { CfFailure } from "./failure.ts";

export interface Arguments {
  readonly positional: readonly string[];
  readonly flags: ReadonlyMap<string, string>;
}

export interface Accepted {
  readonly positional: readonly string[];
  /** Flag → whether it takes a value. Several spellings may share a canonical name. */
  readonly flags: Readonly<Record<string, { readonly name: string; readonly value: boolean }>>;
}

export function parseArguments(words: readonly string[], accepted: Accepted): Arguments {
  const positional: string[] = [];
  const flags = new Map<string, string>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (!word.startsWith("-") || word === "-" || word === "--") {
      if (word !== "--") positional.push(word);
      continue;
    }
    const flag = accepted.flags[word];
    if (flag === undefined) throw usage(`unknown flag \`${word.replace(/^-+/, "")}'`);
    const value = words[at + 1];
    if (flag.value && (value === undefined || value.startsWith("-")))
      throw usage(`expected argument for flag \`${word}'`);
    flags.set(flag.name, flag.value ? (value ?? "") : "true");
    if (flag.value) at++;
  }
  const missing = accepted.positional.slice(positional.length).map((name) => `\`${name}\``);
  if (missing.length > 0) {
    const which = missing.length === 1 ? `argument ${missing[0]} was` : `arguments ${joined(missing)} were`;
    throw usage(`the required ${which} not provided`);
  }
  return { positional, flags };
}

/** The real CLI prints its help on stdout; this one prints nothing. */
export class UsageFailure extends CfFailure {}

function usage(why: string): UsageFailure {
  return new UsageFailure(`Incorrect Usage: ${why}\n`);
}

function joined(names: readonly string[]): string {
  return names.length < 3 ? names.join(" and ") : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}
