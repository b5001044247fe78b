/** Films a rehearsal on a real terminal while somebody answers it: the rows of the screen, each time that they change. */
import { setTimeout as delay } from "node:timers/promises";
import type { TmuxScreen } from "./tmux-screen.ts";

export interface Frame {
  /** How long it stood there. */
  readonly ms: number;
  /** With the escape codes of their colours. */
  readonly rows: readonly string[];
}

export interface Recording {
  readonly columns: number;
  readonly rows: number;
  readonly frames: readonly Frame[];
}

const TICK_MS = 100;
const READING_MS = 1500;
const SHORTEST_MS = 180;
/** A screen that neither changes nor asks: two minutes and more. */
const MOST_LOOKS = 1200;
const TARGET = "acme/production/important-db";
const MARK = /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/gu;

/** The answer that is typed when the screen ends so. */
const ANSWERS: readonly (readonly [asked: RegExp, answer: string])[] = [
  [/^\$$/mu, "dingo-recover rehearse"],
  [/Enter shows the next[^\n]*$/u, ""],
  [/\? Name of the service that was deleted$/u, "important-db"],
  [/\? Organization that it was in$/u, "acme"],
  [/\? Space that it was in$/u, "production"],
  [/\(y\/n[^)]*\)$/u, "y"],
  [/\?\s+Type\s[^?]*\(\?[^)]*\):$/u, TARGET],
];

const strip = (rows: readonly string[]): string =>
  rows
    .map((row) => row.replaceAll(/\u001B\[[\d;]*m/gu, "").trimEnd())
    .join("\n")
    .trimEnd();

export const textOf = ({ rows }: Frame): string => strip(rows);

/** Collects the screens, each with its duration. */
class Film {
  readonly frames: Frame[] = [];
  #rows: readonly string[] | undefined;
  #since = Date.now();

  show(rows: readonly string[]): void {
    if (this.#rows !== undefined && strip(this.#rows).replaceAll(MARK, "") === strip(rows).replaceAll(MARK, "")) return;
    this.cut();
    this.#rows = rows;
  }

  /** A frame that nobody could see is left out: its time is the next one's. */
  cut(): void {
    const ms = Date.now() - this.#since;
    if (this.#rows !== undefined && ms < SHORTEST_MS) return;
    if (this.#rows !== undefined) this.frames.push({ ms, rows: this.#rows });
    this.#since = Date.now();
  }
}

/** One line for the size, then one for each frame. */
export function written({ columns, rows, frames }: Recording): string {
  return [{ columns, rows }, ...frames].map((line) => `${JSON.stringify(line)}\n`).join("");
}

export function read(text: string): Recording {
  const [size, ...frames] = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  return { ...(size as Pick<Recording, "columns" | "rows">), frames: frames as readonly Frame[] };
}

/** `screen`: a shell whose prompt is `$`, with the program in its PATH. Ends when the screen holds `end`. */
export async function film(screen: TmuxScreen, end: RegExp): Promise<Recording> {
  const reel = new Film();
  const look = async (): Promise<string> => {
    const rows = await screen.drawn();
    reel.show(rows);
    return strip(rows);
  };
  const watch = async (ms: number): Promise<void> => {
    const until = Date.now() + ms;
    while (Date.now() < until) {
      await delay(TICK_MS);
      await look();
    }
  };
  let answered = "";
  let before = "";
  let looks = 0;
  for (let text = await look(); !end.test(text); text = await look()) {
    looks = text === before ? looks + 1 : 0;
    before = text;
    if (looks > MOST_LOOKS) throw new Error(`the rehearsal stands still:\n${text}`);
    const answer = text === answered ? undefined : ANSWERS.find(([asked]) => asked.test(text))?.[1];
    if (answer !== undefined) {
      await watch(READING_MS);
      for (const letter of answer) {
        await screen.write(letter);
        await look();
      }
      await watch(TICK_MS);
      answered = await look();
      await screen.press("Enter");
    }
    await delay(TICK_MS);
  }
  await watch(READING_MS);
  reel.cut();
  const { columns, rows } = screen.size;
  return { columns, rows, frames: reel.frames };
}
