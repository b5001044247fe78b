/** The one way out to the terminal: every line is masked and made safe before it is written (laws 10, 12). */
import { printable } from "../printable.js";
import type { Secrets } from "../secrets.js";
import { COLORED, COLORLESS, type Paint } from "./paint.js";

export interface Output {
  /** A line for people, on stdout. */
  line(text?: string, style?: keyof Paint): void;
  /** A line for people, on stderr. */
  error(text: string): void;
  /** A JSON document on one line, on stdout. */
  json(document: unknown): void;
  readonly columns: number;
  readonly isTerminal: boolean;
  /** Masked and made safe, for what is written by a library. */
  safe(text: string): string;
  readonly paint: Paint;
}

export interface OutputOptions {
  readonly secrets: Secrets;
  readonly color: boolean;
  readonly stdout?: NodeJS.WriteStream;
  readonly stderr?: NodeJS.WriteStream;
}

export function createOutput({
  secrets,
  color,
  stdout = process.stdout,
  stderr = process.stderr,
}: OutputOptions): Output {
  const safe = (text: string): string => printable(secrets.mask(text));
  // Colour is added to what is safe already: no colour of ours can be mistaken for one of theirs.
  const paint = color && stdout.isTTY ? COLORED : COLORLESS;
  return {
    line: (text = "", style) => void stdout.write(`${style === undefined ? safe(text) : paint[style](safe(text))}\n`),
    error: (text) => void stderr.write(`${safe(text)}\n`),
    json: (document) => void stdout.write(`${JSON.stringify(secrets.maskJson(document))}\n`),
    // A rehearsal without a terminal, and logs, are read at 80 columns.
    columns: stdout.isTTY ? stdout.columns : 80,
    isTerminal: stdout.isTTY,
    safe,
    paint,
  };
}
