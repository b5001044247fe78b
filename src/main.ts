/** argv → command → exit code: the only file that sets the exit code. */
import { EXIT, RecoverError } from "./errors.js";
import { reportFailure } from "./cli/failure.js";
import { buildParser } from "./cli/parser.js";
import { REHEARSAL_VARIABLE } from "./cli/rehearsal-variable.js";

export async function main(words: readonly string[]): Promise<void> {
  if (process.env[REHEARSAL_VARIABLE] !== undefined) {
    // Before anything else is loaded: whatever a library tries, a rehearsal stays on this machine (law 13).
    (await import("./rehearsal/loopback-guard.js")).installLoopbackGuard();
  }
  const json = words.includes("--json");
  if (words.length === 0) return await withoutCommand();
  let usage: string | undefined;
  try {
    await buildParser(words, (code) => {
      process.exitCode = code;
    })
      .exitProcess(false)
      .fail((message, error: Error | undefined) => {
        // yargs hands on what a command threw, or its own message.
        if (error instanceof Error) throw error;
        usage = message;
        throw new RecoverError("usage", firstLine(message), {
          remedy: `See ${["dingo-recover", ...commandWords(words), "--help"].join(" ")}.`,
          effect: "none",
        });
      })
      .parseAsync();
  } catch (error) {
    process.exitCode = reportFailure(
      usage !== undefined || error instanceof RecoverError ? error : usageOf(error),
      json,
    );
  }
}

/** On a terminal, open runs come first; otherwise the help and exit 2. */
async function withoutCommand(): Promise<void> {
  if (process.stdin.isTTY && process.stdout.isTTY) {
    process.exitCode = await (await import("./cli/welcome.js")).welcome();
    return;
  }
  const { renderHelp } = await import("./cli/render-help.js");
  process.stderr.write((await renderHelp())[""] ?? "");
  process.exitCode = EXIT.usage;
}

/** yargs throws its own class for mistakes of the command line; everything else is a defect. */
function usageOf(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== "YError") return error;
  return new RecoverError("usage", firstLine(error.message), { remedy: "See dingo-recover --help.", effect: "none" });
}

function firstLine(text: string): string {
  return text.split("\n").join("; ").replace(/\.$/, "");
}

function commandWords(words: readonly string[]): string[] {
  const first = words.filter((word) => !word.startsWith("-"));
  return first
    .slice(0, first[0] === "archive" || first[0] === "journal" ? 2 : 1)
    .map((word) => word.replace(/[^a-z-]/g, ""));
}
