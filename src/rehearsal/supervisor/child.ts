/** The ordinary program as a child: its input and its end. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { EXIT } from "../../errors.ts";
import type { BoxClock } from "../box/clock.ts";
import type { Interruption } from "../scenarios/scenario.ts";
import { REHEARSAL_VARIABLE } from "../variable.ts";
import type { ChildPlace } from "./child-files.ts";
import { noteIn } from "./record.ts";

/** The changes that the far side makes, and the listener for one of them. */
export class Changes {
  #at: RegExp | undefined;
  #left = 0;
  #struck: () => void = () => undefined;

  readonly changed = (what: string): void => {
    if (this.#at?.test(what) !== true || (this.#left -= 1) > 0) return;
    this.#at = undefined;
    this.#struck();
  };

  /** Calls once, at the next change that reads so, or at a later one of them, before anybody hears of it. */
  await({ at, time = 1 }: Moment, struck: () => void): void {
    this.#at = at;
    this.#left = time;
    this.#struck = struck;
  }
}

export type Moment = Pick<Interruption, "at" | "time">;

export interface ChildOptions {
  /** Program and first arguments: this Node and the built `bin.cjs`. */
  readonly program: readonly [string, ...string[]];
  readonly args: readonly string[];
  readonly place: ChildPlace;
  /** Variables of the tool itself. */
  readonly own: Readonly<Record<string, string>>;
  readonly clock: BoxClock;
  /** Somebody sits at a terminal and answers; otherwise the scenario does. */
  readonly interactive: boolean;
  /** It is killed then. */
  readonly killAt?: Moment | undefined;
  readonly changes: Changes;
  readonly quiet: boolean;
}

export interface Ended {
  readonly code: number;
  /** By SIGKILL. */
  readonly killed: boolean;
}

/** They may come before the child listens to them: it ends then as it would have by itself. */
const STOPS: readonly string[] = ["SIGHUP", "SIGINT", "SIGTERM"];

/** The code of a child that SIGKILL ended, as a shell says it. */
export const KILLED = 137;

function codeOf(signal: string | null): number {
  if (signal === "SIGKILL") return KILLED;
  return STOPS.includes(signal ?? "") ? EXIT.interrupted : EXIT.internal;
}

export async function runChild(options: ChildOptions): Promise<Ended> {
  const { program, args, place, own, interactive, quiet } = options;
  const shown = quiet ? "ignore" : "inherit";
  const [file, ...first] = program;
  const child = spawn(file, [...first, ...args], {
    cwd: place.directory,
    env: { ...place.env, ...own, [REHEARSAL_VARIABLE]: JSON.stringify(setting(options)) },
    // Nothing is sent over the channel: that it closes tells the child that nobody hosts its foundation any more.
    stdio: [interactive ? "inherit" : "ignore", shown, shown, "ipc"],
  });
  const { killAt, changes } = options;
  if (killAt !== undefined) changes.await(killAt, () => child.kill("SIGKILL"));
  const release = passSignalsOn(child);
  const settings = interactive && killAt !== undefined ? terminalSettings() : undefined;
  try {
    return await new Promise<Ended>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => {
        const killed = signal === "SIGKILL";
        if (killed && settings !== undefined) stty([settings]);
        resolve({ code: code ?? codeOf(signal), killed });
      });
    });
  } finally {
    release();
  }
}

/** A killed program leaves the terminal set for reading keys; like a shell, the supervisor sets it back. */
const terminalSettings = (): string | undefined => (process.stdin.isTTY ? stty(["-g"]) : undefined);

/** Undefined if the machine has no such program. */
function stty(words: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync("stty", words, { stdio: ["inherit", "pipe", "ignore"], encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

function setting({ clock, interactive, place }: ChildOptions): Record<string, unknown> {
  return {
    clock,
    runs: noteIn(place.directory),
    ...(interactive ? {} : { answers: place.answers }),
  };
}

/**
 * On a terminal Ctrl-C reaches the child as well, which asks; the box has to outlive that. A signal that was sent to the
 * supervisor alone is handed on.
 */
function passSignalsOn(child: ChildProcess): () => void {
  const atTerminal = process.stdin.isTTY;
  const handlers = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) => {
    const handle = (): void => {
      if (signal !== "SIGINT" || !atTerminal) child.kill(signal);
    };
    process.on(signal, handle);
    return () => process.off(signal, handle);
  });
  return () => {
    for (const remove of handlers) remove();
  };
}
