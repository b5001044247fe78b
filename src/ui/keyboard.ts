/**
 * Single keys of the terminal while no question is asked. Whatever is typed then is read and thrown away, so that it is
 * nobody's answer later. A terminal that hands on single keys hands on Ctrl-C, Ctrl-Z and Ctrl-\ as letters too: all that run
 * on it are told, as by the terminal itself.
 */
import { readFileSync } from "node:fs";

/** What is asked of the terminal's stream. */
export interface KeyInput {
  setRawMode(mode: boolean): unknown;
  on(event: "data", heard: (typed: Buffer | string) => void): unknown;
  off(event: "data", heard: (typed: Buffer | string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

export interface KeyboardOptions {
  readonly input?: KeyInput;
  /** Sends a signal to a process, or with 0 to all that run on the terminal. */
  readonly kill?: (pid: number, signal: NodeJS.Signals) => unknown;
  readonly isInForeground?: () => boolean;
}

/** A shell that brings a job to the foreground which it had not stopped says so to nobody. Milliseconds between two looks. */
const LOOK_AGAIN = 250;

const CTRL_C = "\u0003";
const CTRL_Z = "\u001a";
const CTRL_BACKSLASH = "\u001c";
/** The key that pauses and goes on, pressed as often, with Enter or without; anything else was pasted, or is another key. */
const PAUSE = /^[pP\r\n]+$/u;

export class Keyboard {
  #input: KeyInput | undefined;
  readonly #kill: NonNullable<KeyboardOptions["kill"]>;
  readonly #isInForeground: () => boolean;
  #pressed: (() => void) | undefined;
  #isReading = false;
  #look: NodeJS.Timeout | undefined;

  constructor({ input, kill = sendSignal, isInForeground = inForeground }: KeyboardOptions = {}) {
    this.#input = input;
    this.#kill = kill;
    this.#isInForeground = isInForeground;
  }

  /** `pressed` hears each p. Again: nothing. */
  open(pressed: () => void): void {
    if (this.#pressed !== undefined) return;
    this.#pressed = pressed;
    process.on("SIGTSTP", this.#onStop).on("SIGCONT", this.#onContinue);
    this.#read();
  }

  /** The terminal is as it was, and what was typed up to now is gone. Again: nothing. */
  async close(): Promise<void> {
    if (this.#pressed === undefined) return;
    this.#pressed = undefined;
    clearTimeout(this.#look);
    // What the terminal holds already is taken before somebody else reads it.
    await new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
    this.#leave();
    process.off("SIGTSTP", this.#onStop).off("SIGCONT", this.#onContinue);
  }

  /** In the background the terminal is another program's: to touch it stops this one. */
  #read(): void {
    if (this.#isReading) return;
    clearTimeout(this.#look);
    if (!this.#isInForeground()) {
      this.#look = setTimeout(() => this.#read(), LOOK_AGAIN).unref();
      return;
    }
    this.#isReading = true;
    // Node takes some milliseconds to open it, and most work is over before anybody is told of a key.
    this.#input ??= process.stdin;
    // Node takes a terminal for what it last made it, and somebody else may have had it since.
    this.#input.setRawMode(false);
    this.#input.setRawMode(true);
    this.#input.on("data", this.#onData);
    this.#input.resume();
  }

  #leave(): void {
    if (!this.#isReading) return;
    this.#isReading = false;
    this.#input?.off("data", this.#onData);
    this.#input?.pause();
    if (this.#isInForeground()) this.#input?.setRawMode(false);
  }

  readonly #onData = (typed: Buffer | string): void => {
    const keys = String(typed);
    for (const key of keys) {
      if (key === CTRL_C) this.#kill(0, "SIGINT");
      if (key === CTRL_BACKSLASH) this.#quit();
      if (key === CTRL_Z) this.#stop(0);
    }
    if (PAUSE.test(keys)) for (const _ of keys.replace(/[\r\n]/gu, "")) this.#pressed?.();
  };

  #quit(): void {
    this.#leave();
    this.#kill(0, "SIGQUIT");
  }

  /** The terminal is given back before the shell has it. */
  #stop(pid: number): void {
    this.#leave();
    process.off("SIGTSTP", this.#onStop);
    this.#kill(pid, "SIGTSTP");
    // A group that no shell waits for is not stopped at all.
    setImmediate(this.#onContinue);
  }

  readonly #onStop = (): void => this.#stop(process.pid);

  /** Whoever had the terminal meanwhile has set it as he likes. */
  readonly #onContinue = (): void => {
    if (this.#pressed === undefined) return;
    process.off("SIGTSTP", this.#onStop).on("SIGTSTP", this.#onStop);
    this.#leave();
    this.#read();
  };
}

/** What was typed at the terminal up to now is no answer to what is asked next. Nothing where there is no terminal. */
export async function forgetTyped(options: KeyboardOptions = {}): Promise<void> {
  if (options.input === undefined && !process.stdin.isTTY) return;
  const keyboard = new Keyboard(options);
  keyboard.open(() => undefined);
  await keyboard.close();
}

const sendSignal = (pid: number, signal: NodeJS.Signals): boolean => process.kill(pid, signal);

/** Of the groups of processes that share a terminal one has it (proc(5), `pgrp` and `tpgid`); where nobody tells, we have. */
function inForeground(): boolean {
  try {
    const stat = readFileSync("/proc/self/stat", "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[2] === fields[5];
  } catch {
    return true;
  }
}
