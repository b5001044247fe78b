/** Text that was typed before a question stands there is no answer to it: it is dropped. */
import { readFileSync } from "node:fs";

/** The part of the terminal's stream that is used. */
export interface KeyInput {
  setRawMode(mode: boolean): unknown;
  on(event: "data", heard: (typed: Buffer | string) => void): unknown;
  off(event: "data", heard: (typed: Buffer | string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

export interface ForgetOptions {
  readonly input?: KeyInput;
  readonly isInForeground?: () => boolean;
}

const CTRL_C = "\u0003";

/** Reads it and throws it away; the terminal is as it was. Nothing if there is no terminal, or another program has it. */
export async function forgetTyped({ input, isInForeground = inForeground }: ForgetOptions = {}): Promise<void> {
  if ((input === undefined && !process.stdin.isTTY) || !isInForeground()) return;
  const terminal = input ?? process.stdin;
  // Node takes a terminal for what it last made it, and somebody else may have had it since.
  terminal.setRawMode(false);
  terminal.setRawMode(true);
  terminal.on("data", heard);
  terminal.resume();
  // Characters that the terminal already holds are read here, before another reader gets them.
  await new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
  terminal.off("data", heard);
  terminal.pause();
  if (isInForeground()) terminal.setRawMode(false);
}

/** A terminal that hands on single keys hands on Ctrl-C as a letter too. */
function heard(typed: Buffer | string): void {
  if (String(typed).includes(CTRL_C)) process.kill(0, "SIGINT");
}

/** Of the groups of processes that share a terminal one has it (proc(5), `pgrp` and `tpgid`); if nobody tells, we have. */
function inForeground(): boolean {
  try {
    const stat = readFileSync("/proc/self/stat", "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[2] === fields[5];
  } catch {
    return true;
  }
}
