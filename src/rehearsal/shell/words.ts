/**
 * Splits a command line into words as a POSIX shell does (XCU 2.2), for lines without expansions and operators: a line
 * that would need a real shell is refused, because no adapter sends one.
 */
export type Split =
  | { readonly ok: true; readonly words: readonly string[] }
  | { readonly ok: false; readonly why: string };

const OPERATORS = new Set(["|", "&", ";", "<", ">", "(", ")", "$", "`", "*", "?", "[", "~", "#", "\n"]);

export function splitWords(line: string): Split {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charAt(at);
    if (char === " " || char === "\t") {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    const piece = pieceAt(line, at);
    if (typeof piece === "string") return { ok: false, why: piece };
    // `~` and `#` are ordinary in the middle of a word.
    if (OPERATORS.has(char) && !(word !== undefined && (char === "~" || char === "#"))) {
      return { ok: false, why: `"${char}" is for a shell` };
    }
    word = (word ?? "") + piece.text;
    at = piece.last;
  }
  return { ok: true, words: word === undefined ? words : [...words, word] };
}

/** The text of one character, escape or quotation, and where it ends; a sentence where it does not end. */
function pieceAt(line: string, at: number): { readonly text: string; readonly last: number } | string {
  const char = line.charAt(at);
  if (char === "\\") {
    return at + 1 < line.length ? { text: line.charAt(at + 1), last: at + 1 } : "a backslash ends the line";
  }
  if (char === "'") {
    const end = line.indexOf("'", at + 1);
    return end < 0 ? "a single quote is not closed" : { text: line.slice(at + 1, end), last: end };
  }
  return char === '"' ? doubleQuoted(line, at) : { text: char, last: at };
}

function doubleQuoted(line: string, from: number): { readonly text: string; readonly last: number } | string {
  let text = "";
  for (let at = from + 1; at < line.length; at += 1) {
    const char = line.charAt(at);
    if (char === '"') return { text, last: at };
    if (char === "$" || char === "`") return `"${char}" in double quotes is for a shell`;
    if (char === "\\" && '"\\$`'.includes(line.charAt(at + 1))) at += 1;
    text += line.charAt(at);
  }
  return "a double quote is not closed";
}
