/**
 * A dump as it is handed to psql in the container. psql has commands of its own, begun with a backslash, that reach beyond
 * the database: a name in a dump can carry one (CVE-2025-8714, CVE-2025-8715), so none is let through.
 */
import { RecoverError } from "../../errors.js";

/** Longest text that is sent in one piece. */
export const LARGEST_DUMP = 200 * 1024 * 1024;

/** pg_dump since August 2025 fences its text with these; an older psql does not know them. */
const FENCE = /\\(?:un)?restrict [A-Za-z0-9]+\n/y;
const FENCES = /^\\(?:un)?restrict [A-Za-z0-9]+\n/gm;
/** Of a newer release than the server: `transaction_timeout`, `default_table_access_method`. */
const SETTINGS = /^SET (\w+) = [^\n;]*;\n/gm;

/** `known`: settings of the server that it is loaded into. Errors: `guard-refused`. */
export function loadable(dump: string, known: ReadonlySet<string>): string {
  const pieces: string[] = [];
  for (let at = 0; at < dump.length; ) {
    const rows = endOfStatements(dump, at);
    const statements = dump.slice(at, rows).replace(FENCES, "");
    pieces.push(statements.replace(SETTINGS, (line, name: string) => (known.has(name) ? line : "")));
    at = rows < dump.length ? found(dump.indexOf("\n\\.\n", rows - 1), dump) + 4 : dump.length;
    pieces.push(dump.slice(rows, at));
  }
  return pieces.join("");
}

const WORD = /[\w\u0080-\uffff]+/y;
const COPY = /FROM stdin;\n/y;
const DOLLAR = /\$(?:[A-Za-z_]\w*)?\$/y;

/** Walks to the next rows of a COPY as psql's own reader does: what is quoted or a comment has no commands in it. */
function endOfStatements(text: string, from: number): number {
  for (let at = from; at < text.length; ) {
    const copy = matched(COPY, text, at);
    if (copy !== "") return at + copy.length;
    if (text[at] === "\\") {
      const fence = at === 0 || text[at - 1] === "\n" ? matched(FENCE, text, at) : "";
      if (fence === "") throw commandIn(text, at);
      at += fence.length;
    } else at = behind(text, at);
  }
  return text.length;
}

function behind(text: string, at: number): number {
  const char = text[at] ?? "";
  if (char === "'" || char === '"') return behindQuote(text, at, char);
  if (text.startsWith("--", at)) return found(text.indexOf("\n", at), text);
  if (text.startsWith("/*", at)) return found(text.indexOf("*/", at + 2), text) + 2;
  const dollar = matched(DOLLAR, text, at);
  if (dollar !== "") return found(text.indexOf(dollar, at + dollar.length), text) + dollar.length;
  const word = matched(WORD, text, at);
  if (/^e$/i.test(word) && text[at + 1] === "'") return behindEscaped(text, at + 1);
  return at + Math.max(1, word.length);
}

const found = (index: number, text: string): number => (index < 0 ? text.length : index);

function matched(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}

/** A quote that is doubled opens the next piece at once. */
const behindQuote = (text: string, at: number, quote: string): number => found(text.indexOf(quote, at + 1), text) + 1;

function behindEscaped(text: string, at: number): number {
  for (let next = at + 1; next < text.length; next += 1) {
    if (text[next] === "\\") next += 1;
    else if (text[next] === "'") return next + 1;
  }
  return text.length;
}

function commandIn(text: string, at: number): RecoverError {
  const line = text.slice(0, at).split("\n").length;
  return new RecoverError("guard-refused", `line ${line} of the dump holds a command of psql`, {
    remedy: "Nothing was loaded. Look at the dump: the name of a table, a column or an index has a backslash in it.",
    place: `line ${line}`,
    effect: "none",
  });
}
