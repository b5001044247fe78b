/** The one way out to the terminal: every line is masked and made safe before it is written (laws 10, 12). */
import { asCalled } from "../../kit/process/called-as.ts";
import { printable } from "../../kit/text/printable.ts";
import type { Secrets } from "../../kit/secrets/secrets.ts";
import { inLocale, isDumb } from "./terminal.ts";
import { COLORED, COLORLESS, type Paint } from "./paint.ts";

export interface Output {
  /** A line for people, on stdout. */
  line(text?: string, style?: keyof Paint): void;
  /** A line for people behind a mark, which alone has the colour. */
  marked(mark: string, text: string, style: keyof Paint): void;
  /** A line for people, on stderr. */
  error(text: string): void;
  /** A JSON document on one line, on stdout. */
  json(document: unknown): void;
  readonly columns: number;
  /** Lines of the screen; without one, as many as anybody wants. */
  readonly rows: number;
  readonly isTerminal: boolean;
  /** Masked and made safe, for what is written by a library. */
  safe(text: string): string;
  readonly paint: Paint;
}

/** The part of a stream of the process that is used. */
export type Sink = Pick<NodeJS.WriteStream, "isTTY" | "columns" | "rows"> & { write(text: string): unknown };

export interface OutputOptions {
  readonly secrets: Secrets;
  readonly color: boolean;
  /** Other people read the output: they call the tool in another way than this caller. */
  readonly isForOthers?: boolean;
  readonly stdout?: Sink;
  readonly stderr?: Sink;
}

let isOurs = false;

/** Whether the write to a stream that is under way is the tool's: code of others may write there too. */
export const isOwnWrite = (): boolean => isOurs;

export function createOutput({
  secrets,
  color,
  isForOthers = false,
  stdout = process.stdout,
  stderr = process.stderr,
}: OutputOptions): Output {
  const write = (text: string): void => {
    isOurs = true;
    try {
      stdout.write(text);
    } finally {
      isOurs = false;
    }
  };
  const safe = (text: string): string => printable(secrets.mask(isForOthers ? text : asCalled(text)));
  // Colour is added to what is safe already: no colour of ours can be mistaken for one of theirs.
  const paint = color && stdout.isTTY && !wantsNoColor(process.env) ? COLORED : COLORLESS;
  // A file that others read has its own encoding.
  const shown = (text: string): string => (isForOthers ? safe(text) : inLocale(safe(text)));
  return {
    line: (text = "", style) => write(`${style === undefined ? shown(text) : paint[style](shown(text))}\n`),
    marked: (mark, text, style) => write(`${paint[style](inLocale(mark))} ${shown(text)}\n`),
    error: (text) => void stderr.write(`${shown(text)}\n`),
    // Characters that JSON leaves as they are (C1, bidirectional controls) are escaped: the value stays the same, and a
    // terminal obeys nothing.
    json: (document) => write(`${printable(JSON.stringify(secrets.maskJson(document)))}\n`),
    // A rehearsal without a terminal, and logs, are read at 80 columns.
    // A terminal can be resized; one on a serial line says 0.
    get columns() {
      return stdout.isTTY && stdout.columns > 0 ? stdout.columns : 80;
    },
    get rows() {
      // A dumb one is read line by line: nothing is turned over.
      return stdout.isTTY && stdout.rows > 0 && !isDumb() ? stdout.rows : Number.POSITIVE_INFINITY;
    },
    isTerminal: stdout.isTTY,
    safe,
    paint,
  };
}

/** https://no-color.org: set and not empty. A dumb terminal knows no colour at all. */
function wantsNoColor(env: NodeJS.ProcessEnv): boolean {
  const noColor = env["NO_COLOR"];
  return (noColor !== undefined && noColor !== "") || isDumb(env);
}
