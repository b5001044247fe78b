/**
 * The login shell of a cell: it runs exactly the commands that the adapters send. Anything else is 127 and a stray call,
 * which fails the rehearsal.
 */
import type { WorldHost } from "../box/world-host.ts";
import type { Ended } from "../ended.ts";
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
  const words = splitWords(line.line);
  const outcome = words === undefined ? undefined : await call(line, words);
  if (outcome !== undefined) return outcome;
  const why = words === undefined ? " (it is for a shell)" : "";
  line.host.apply({ is: "stray", where: `shell of ${line.ip}`, what: `${line.line.slice(0, 500)}${why}` });
  return ended(127, "", `-bash: ${words?.[0] ?? line.line}: command not found\n`);
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

/** Characters that mean nothing to a shell, quoted text, and a quoted single quote: an adapter sends nothing else. */
const WORD = "(?:[\\w@%+=:,./-]|'[^']*'|\\\\')+";
const LINE = new RegExp(`^(?:${WORD}(?: ${WORD})*)?$`);

/** The words of a line as a POSIX shell splits it; undefined for a line that needs a real shell. */
export function splitWords(line: string): readonly string[] | undefined {
  if (!LINE.test(line)) return undefined;
  return [...line.matchAll(new RegExp(WORD, "g"))].map(([word]) => word.replaceAll(/'([^']*)'|\\(')/g, "$1$2"));
}
