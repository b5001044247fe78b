/** A program on a real terminal of a given size (tmux), and the text on it. */
import { execFile } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export class TmuxScreen {
  readonly #socket: string;
  #size: Size;

  private constructor(socket: string, size: Size) {
    this.#socket = socket;
    this.#size = size;
  }

  /** `env`: all variables of the program, beside those that tmux sets. */
  static async open(
    argv: readonly string[],
    { size, env, cwd }: { readonly size: Size; readonly env: Readonly<Record<string, string>>; readonly cwd: string },
  ): Promise<TmuxScreen> {
    const screen = new TmuxScreen(`dingo-screen-${process.pid}-${Math.random().toString(36).slice(2, 8)}`, size);
    const words = Object.entries({ TERM: "screen-256color", ...env, LANG: "C.UTF-8" }).map(
      ([name, value]) => `${name}=${value}`,
    );
    const { columns, rows } = size;
    await screen.#tmux(
      ...["-f", "/dev/null", "new-session", "-d", "-s", "it", "-x", `${columns}`, "-y", `${rows}`, "-c", cwd],
      ...["env", "-i", ...words, "sh", "-c", STAYS, "sh", ...argv],
    );
    return screen;
  }

  /**
   * Enter follows once the text is echoed: the next wanted text can then not be found on the former screen. A program
   * that echoes nothing is not for this.
   */
  async type(text: string): Promise<void> {
    if (text !== "") {
      const before = await this.text();
      await this.#tmux("send-keys", "-t", "=it:", "-l", text);
      await this.#until((now) => now !== before, `an echo of ${text}`);
    }
    await this.#tmux("send-keys", "-t", "=it:", "Enter");
  }

  /** By tmux's name of it, such as `C-z`. */
  async press(key: string): Promise<void> {
    await this.#tmux("send-keys", "-t", "=it:", key);
  }

  async resize(size: Size): Promise<void> {
    this.#size = size;
    await this.#tmux("resize-window", "-t", "=it:", "-x", `${size.columns}`, "-y", `${size.rows}`);
  }

  /** The text of the screen from where it was last turned to its end, lines that the terminal broke as one. */
  async text(): Promise<string> {
    const shown = await this.#tmux("capture-pane", "-p", "-J", "-t", "=it:");
    return shown
      .split("\n")
      .map((line) => line.trimEnd())
      .join("\n")
      .trimEnd();
  }

  /** Each row of the screen as it is drawn, with the escape codes of its colours: those that go on from the row above, too. */
  async drawn(): Promise<readonly string[]> {
    const shown = await this.#tmux("capture-pane", "-p", "-e", "-t", "=it:");
    let before = "";
    return shown
      .replace(/\n$/u, "")
      .split("\n")
      .map((row) => {
        const whole = `${before}${row}`;
        before = styleAtEnd(whole);
        return whole;
      });
  }

  /** Types text without Enter. */
  async write(text: string): Promise<void> {
    await this.#tmux("send-keys", "-t", "=it:", "-l", text);
  }

  get size(): Size {
    return this.#size;
  }

  /**
   * Waits until the screen holds the wanted text, and gives the screen whole. Errors: the text that stands there
   * instead.
   */
  async saw(wanted: string | RegExp): Promise<string> {
    return this.#until(
      (text) => (typeof wanted === "string" ? text.includes(wanted) : wanted.test(text)),
      String(wanted),
    );
  }

  async #until(fits: (text: string) => boolean, what: string): Promise<string> {
    for (let look = 0; look < LOOKS; look += 1) {
      const text = await this.text();
      if (fits(text)) return text;
      await delay(LOOK_MS);
    }
    throw new Error(`never saw ${what}:\n${await this.text()}`);
  }

  async close(): Promise<void> {
    await this.#tmux("kill-server").catch(() => "");
  }

  async #tmux(...words: readonly string[]): Promise<string> {
    const { stdout } = await run("tmux", ["-L", this.#socket, ...words], { encoding: "utf8" });
    return stdout;
  }
}

/** The codes of colours since the last one that ends all of them. */
function styleAtEnd(row: string): string {
  const codes = row.match(/\u001B\[[\d;]*m/gu) ?? [];
  const end = codes.findLastIndex((code) => /\[(?:0?|0;[\d;]*)m$/u.test(code));
  return codes.slice(Math.max(end, 0)).join("");
}

/** The screen is there when the program has ended, also by a Ctrl-C that the terminal gives to all that run on it. */
const STAYS = 'trap : INT; "$@"; exec sleep 86400';

const LOOK_MS = 150;
/** Two minutes and more: the machine may be busy. */
const LOOKS = 800;
