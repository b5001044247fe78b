/** A line of a container's log, divided into the stream that said it and its text (dingo.md §2.5). */
import { SPEAKERS, STREAMS } from "./speakers.ts";

/** Programs that mark their lines; "" is the start script, and images up to 0.5.6 mark few. */
export type Stream = "" | "startup" | "restore_leader_if_missing" | "patroni" | "backup" | "reinitialize" | "shutdown";

export interface SaidLine {
  readonly stream: Stream;
  readonly text: string;
  /** The text repeats what a client of the database sent: anybody can have written it. */
  readonly quotes: boolean;
}

/** `78218d-patroni> `, and `patroni> ` up to 0.5.6. */
const PREFIX = new RegExp(`^(?:[0-9a-f]{6}-)?(${STREAMS})> ?`);
/** Programs that share a stream leave their own beginning of a line before another's. */
const BEGUN_BY_OTHERS =
  /^(?:(?:waiting for server to (?:start|shut down|promote)\.*|\.+| stopped waiting)(?=[^.\s])|(?:lzop: )?<stdin>: (?=\S+ +(?:INFO|WARNING|ERROR) ))+/;

export function saidLine(line: string): SaidLine {
  const prefix = PREFIX.exec(line);
  const stream = (prefix?.[1] ?? "") as Stream;
  const whole = line.slice(prefix?.[0].length ?? 0);
  const text = whole.replace(BEGUN_BY_OTHERS, "").trimEnd();
  return { stream, text, quotes: SPEAKERS.client.says.test(text) };
}

/** Texts that the container's own programs wrote, oldest first: no client of the database speaks in them. */
export const ownTexts = (lines: readonly string[]): readonly string[] =>
  lines.map(saidLine).flatMap(({ text, quotes }) => (quotes ? [] : [text]));
