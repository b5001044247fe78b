/**
 * Reads one line of a person at a terminal, by inquirer, which is loaded with the first question. A terminal that
 * cannot move its cursor (TERM=dumb: an editor's shell, a screen reader) gets no control character.
 */
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import type { Output } from "./output.ts";
import { isDumb } from "./terminal.ts";
import { wrap } from "./text.ts";

export interface Line {
  readonly message: string;
  /** Columns that the answer needs behind it. */
  readonly room?: number;
  readonly secret?: boolean;
  /** Takes the question away, as if it was left. */
  readonly signal?: AbortSignal | undefined;
}

/** Somebody left the question by Ctrl-C, or by the end of what can be typed; or a stop took it away. */
export class LeftPrompt extends Error {}

/** The typed line, without blanks around it. Errors: `LeftPrompt`, or inquirer's `ExitPromptError`. */
export async function readLine(output: Output, line: Line): Promise<string> {
  const { message, room = 0, signal } = line;
  if (signal?.aborted === true) throw new LeftPrompt();
  const shown = laidOut(output.safe(message), { columns: output.columns, room });
  const asked = { ...line, message: shown };
  const answer = isDumb() ? await readPlainly(asked) : await suspendable(shown, () => readDrawn(asked));
  return answer.trim();
}

/** So that nothing is waited for between the last look at the keyboard and the question. */
export async function readyToAsk(): Promise<void> {
  if (!isDumb()) await import("inquirer");
}

/** The library marks a line with a tick as soon as something was typed, be it no answer: one mark for both. */
const THEME = { prefix: { idle: "?", done: "?" } };

async function readDrawn({ message, secret = false, signal }: Line): Promise<string> {
  const { default: inquirer } = await import("inquirer");
  const type = secret ? "password" : "input";
  const prompt = signal === undefined ? inquirer.prompt : inquirer.createPromptModule({ signal });
  const { answer } = await prompt<{ answer: string }>([{ type, name: "answer", theme: THEME, message }]);
  return answer;
}

/**
 * While a line is read, the terminal passes Ctrl-Z as a letter, and Node stops only its own process. A parent that
 * waits for it (npm, a rehearsal) would keep the terminal. So the whole group is stopped, as the terminal would do.
 */
async function suspendable<T>(message: string, work: () => Promise<T>): Promise<T> {
  const stop = (): void => {
    process.off("SIGTSTP", stop);
    process.kill(0, "SIGTSTP");
  };
  const goOn = (): void => {
    process.off("SIGTSTP", stop).on("SIGTSTP", stop);
    // Node's line editor pauses its input there, and the library neither knows nor draws before the next letter.
    setImmediate(() => {
      process.stdin.resume();
      process.stdout.write(`? ${message} `);
    });
  };
  process.on("SIGTSTP", stop).on("SIGCONT", goOn);
  try {
    return await work();
  } finally {
    process.off("SIGTSTP", stop).off("SIGCONT", goOn);
  }
}

/** The terminal itself echoes what is typed; of a secret nothing is echoed. */
async function readPlainly({ message, secret = false, signal }: Line): Promise<string> {
  process.stdout.write(`? ${message} `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: secret, signal });
  // As where the question is drawn: Ctrl-C is the question's alone.
  const others = process.listeners("SIGINT");
  process.removeAllListeners("SIGINT");
  try {
    return await new Promise<string>((resolve, reject) => {
      const leave = (): void => reject(new LeftPrompt());
      lines.once("line", resolve).once("SIGINT", leave).once("close", leave);
      process.once("SIGINT", leave);
    });
  } finally {
    process.removeAllListeners("SIGINT");
    for (const other of others) process.on("SIGINT", other);
    lines.close();
    if (secret) process.stdout.write("\n");
  }
}

/** Columns of the mark before a prompt. */
const MARK = 2;

/** The library breaks a long line anywhere; broken at words, with the answer whole behind it, it is left as it is. */
export function laidOut(
  message: string,
  { columns, room }: { readonly columns: number; readonly room: number },
): string {
  const fits = (lines: readonly string[]): boolean => MARK + (lines.at(-1) ?? "").length + 1 + room < columns;
  const whole = wrap(message, columns - MARK - 1);
  const shorter = Math.max(columns - MARK - 1 - room - 1, columns / 2);
  const lines = fits(whole) ? whole : [...whole.slice(0, -1), ...wrap(whole.at(-1) ?? "", shorter)];
  return lines.join(`\n${" ".repeat(MARK)}`);
}
