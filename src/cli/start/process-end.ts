/** The behaviour of this process towards the one that started it and the one that reads it. */
import { EXIT, refuse } from "../../errors.ts";

/** A command that has ended is given this long to let go of what it opened. Milliseconds. */
const LINGER = 5_000;

/**
 * Carries out a command. Node ends with 0 and without a word as soon as it waits for nothing more. If the work has not
 * come to its end then, that is our defect and no success.
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
  "dingo-recover ended before its work did, which is a defect: run the same command again, or dingo-recover resume if a run was under way\n";

/** Ends the process even if something is still open. The timer alone keeps nothing alive. */
export function linger(): void {
  setTimeout(() => process.exit(), LINGER).unref();
}

/** As the shell says of a program that SIGPIPE ended, which is how most others end then. */
const READER_GONE = 141;
/** How these ended says more than who has read it. */
const AT_WORK: readonly string[] = ["run", "resume", "undo", "cleanup", "rehearse"];

/**
 * stdout's reader went away (`| head`), or the disk below it is full. For a run that is a closed terminal, which stops
 * it safely; a command that only prints ends.
 */
export function watchReader([command = ""]: readonly string[]): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    const isGone = error.code === "EPIPE";
    if (!isGone) void tellUnwritable(error);
    if (process.listenerCount("SIGHUP") > 0) process.kill(process.pid, "SIGHUP");
    if (!AT_WORK.includes(command)) endWith(isGone ? READER_GONE : EXIT.unreachable);
  });
  process.stderr.on("error", () => undefined);
}

async function tellUnwritable(error: NodeJS.ErrnoException): Promise<void> {
  const [{ reportFailure }, { reasonOf }] = await Promise.all([
    import("../process/failure.ts"),
    import("../../engine/journal/durable.ts"),
  ]);
  const message = `standard output cannot be written: ${reasonOf(error)}`;
  const remedy = "Make room there, or lead the output elsewhere.";
  reportFailure(refuse("output-unwritable", message).advise(remedy, error), false);
}

/** Of a command that only prints. */
function endWith(failure: number): void {
  process.once("exit", (code) => {
    if (code === EXIT.done) process.exitCode = failure;
  });
}
