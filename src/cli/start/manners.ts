/** How a process of ours behaves towards whoever started it and reads it. */
import { EXIT } from "../../errors.ts";

/** A command that has ended is given this long to let go of what it opened. Milliseconds. */
const LINGER = 5_000;

/**
 * Carries out a command. Node ends, with 0 and without a word, as soon as nothing is left that it waits for: where the work has
 * not come to its end then, that is a defect of ours, and no success.
 */
export async function toItsEnd<T>(work: () => Promise<T>): Promise<T> {
  process.once("exit", endedTooSoon);
  try {
    return await work();
  } finally {
    process.off("exit", endedTooSoon);
  }
}

function endedTooSoon(code: number): void {
  if (code !== EXIT.done) return;
  process.exitCode = EXIT.internal;
  process.stderr.write(TOO_SOON);
}

const TOO_SOON =
  "dingo-recover ended before its work did, which is a defect: run the same command again, or dingo-recover resume where a run was under way\n";

/** Whatever is still open: nobody waits for a command that has said how it ended. Alone it keeps nothing alive. */
export function linger(): void {
  setTimeout(() => process.exit(), LINGER).unref();
}

/** As the shell says of a program that SIGPIPE ended, which is how most others end then. */
const READER_GONE = 141;
/** How these ended says more than who has read it. */
const AT_WORK: readonly string[] = ["run", "resume", "undo", "cleanup", "rehearse"];

/**
 * Whoever read stdout went away (`| head`): for a run that is a closed terminal, which stops it safely; what only
 * prints has no more to say, and ends.
 */
export function watchReader([command = ""]: readonly string[]): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    if (process.listenerCount("SIGHUP") > 0) process.kill(process.pid, "SIGHUP");
    if (!AT_WORK.includes(command)) readerGone();
  });
  process.stderr.on("error", () => undefined);
}

/** Of a command that only prints. */
function readerGone(): void {
  process.once("exit", (code) => {
    if (code === EXIT.done) process.exitCode = READER_GONE;
  });
}
