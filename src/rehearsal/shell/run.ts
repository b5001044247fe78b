/**
 * The login shell of a cell: it runs exactly the commands that the adapters send. Anything else is 127 and a stray call,
 * which fails the rehearsal.
 */
import type { WorldHost } from "../box/world-host.ts";
import type { Ended } from "../world/events.ts";
import { COREUTILS } from "./file-programs.ts";
import { type Call, ended, type Program } from "./command.ts";
import { curl } from "./curl.ts";
import { docker, DOCKER } from "./docker.ts";
import { CLEAR, type Passage } from "../passage.ts";

const PROGRAMS: Readonly<Record<string, Program>> = {
  ...COREUTILS,
  curl,
  [DOCKER]: (call) => (call.root ? docker(call) : undefined),
};

export interface Line {
  readonly host: WorldHost;
  /** The cell's address. */
  readonly ip: string;
  readonly line: string;
  /** Waits for the end of the caller's input: only commands that read it ask for this. */
  readonly stdin: () => Promise<string>;
  readonly passage?: Passage;
}

export async function runLine(line: Line): Promise<Ended> {
  const split = splitWords(line.line);
  const outcome = split.ok ? await call(line, split.words) : undefined;
  if (outcome !== undefined) return outcome;
  const why = split.ok ? "" : ` (${split.why})`;
  line.host.apply({ is: "stray", where: `shell of ${line.ip}`, what: `${line.line.slice(0, 500)}${why}` });
  const name = split.ok ? (split.words[0] ?? "") : line.line;
  return ended(127, "", `-bash: ${name}: command not found\n`);
}

async function call(line: Line, words: readonly string[]): Promise<Ended | undefined> {
  const root = words[0] === "sudo" && words[1] === "-n";
  const inC = root && words[2] === "env" && words[3] === "LC_ALL=C";
  const [name = "", ...args] = words.slice(root ? (inC ? 4 : 2) : 0);
  const stdin = readsInput(args) ? await line.stdin() : "";
  const made: Call = { host: line.host, ip: line.ip, args, stdin, root, passage: line.passage ?? CLEAR };
  return await PROGRAMS[name]?.(made);
}

/** `docker exec -i` and curl's `value@-` read the input; nothing else does. */
const readsInput = (args: readonly string[]): boolean =>
  args.includes("value@-") || (args.includes("exec") && args.includes("-i"));

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
