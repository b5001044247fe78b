/**
 * Words of a command line that are plainly options and arguments, read without the parser, which takes longer to load and
 * more memory than some commands need. A mistake is told by the parser, as everywhere.
 */
export interface Known {
  readonly flags: readonly string[];
  /** With a value in the next word, given once. */
  readonly values: readonly string[];
  /** The same, given any number of times. */
  readonly repeated?: readonly string[];
  /** Of `repeated` ones: "-" is a value, too. */
  readonly dash?: boolean;
}

export interface PlainWords {
  readonly flags: ReadonlySet<string>;
  /** None of an option that was not given. */
  readonly values: (option: string) => readonly string[];
  /** What is no option. */
  readonly places: readonly string[];
}

/** Undefined where a word is not plainly one of them. */
export function readPlainWords(
  words: readonly string[],
  { flags, values, repeated = [], dash = false }: Known,
): PlainWords | undefined {
  const found = { flags: new Set<string>(), values: new Map<string, string[]>(), places: [] as string[] };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (flags.includes(word) && !found.flags.has(word)) found.flags.add(word);
    else if (values.includes(word) || repeated.includes(word)) {
      at += 1;
      const text = words[at] ?? "";
      const known = found.values.get(word) ?? [];
      const again = known.length > 0 && !repeated.includes(word);
      if (again || (text === "-" ? !(dash && repeated.includes(word)) : !isPlain(text))) return undefined;
      found.values.set(word, [...known, text]);
    } else if (isPlain(word)) found.places.push(word);
    else return undefined;
  }
  return { flags: found.flags, places: found.places, values: (option) => found.values.get(option) ?? [] };
}

/** "help" is a command wherever it stands; the parser takes quotes away, and "true" and "false" for what a flag before them says. */
const isPlain = (word: string): boolean => !/^(?:["'-]|$|help$|true$|false$)/u.test(word);
