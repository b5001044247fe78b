/**
 * A pipe between a program and the thread that reads it: what Node gives a program to write to is a socket, which costs
 * both sides half as much again, and can be read by the event loop alone.
 */
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";

export interface Fifo {
  readonly reader: number;
  /** For the program; to be closed here when the program has it. */
  readonly writer: number;
}

/** Undefined where none can be made. It has no name any more when it is given. */
export function openFifo(): Fifo | undefined {
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  const { tmpdir } = process.getBuiltinModule("node:os");
  const path = process.getBuiltinModule("node:path");
  let directory: string | undefined;
  try {
    directory = mkdtempSync(path.join(tmpdir(), "dingo-recover-"));
    const name = path.join(directory, "fifo");
    if (spawnSync("mkfifo", ["-m", "600", name]).status !== 0) return undefined;
    // To open one end waits for the other, but for this way.
    const first = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(name, "w");
    const reader = openSync(name, "r");
    closeSync(first);
    return { reader, writer };
  } catch {
    return undefined;
  } finally {
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  }
}
