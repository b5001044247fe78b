/**
 * The one quoting function: an argv array becomes one line for a POSIX shell, which splits it into exactly that array
 * again. Used for commands that go through a remote login shell and for every command that is printed.
 */

/** Characters that no POSIX shell treats specially, except in the first word. */
const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;
/** Words that mean something else when they stand unquoted at the beginning: assignments and reserved words. */
const SPECIAL_FIRST = /=|^(?:if|then|else|elif|fi|do|done|case|esac|while|until|for|in|function|select|time|coproc)$/;

/** Quotes each word that must be quoted. Throws a RangeError on a NUL, which no argv can carry. */
export function quote(argv: readonly string[]): string {
  return argv.map((word, position) => quoteWord(word, position === 0)).join(" ");
}

function quoteWord(word: string, first: boolean): string {
  if (word.includes("\0")) throw new RangeError("a command cannot carry a NUL character");
  if (PLAIN.test(word) && !(first && SPECIAL_FIRST.test(word))) return word;
  return inQuotes(word);
}

/** A word in quotes, also if it needs none: a value that is filled in later then fits. */
export const inQuotes = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
