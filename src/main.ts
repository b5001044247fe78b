/** argv → command → exit code: the only file that sets the exit code, beside bin.cjs. */
import { linger, toItsEnd, watchReader } from "./cli/start/process-end.ts";
import { EXIT } from "./errors.ts";
import { REHEARSAL_VARIABLE } from "./rehearsal/variable.ts";

export async function main(words: readonly string[]): Promise<void> {
  const [first, ...rest] = words;
  if (first === "box:program") return await (await import("./rehearsal/box-program/main.ts")).main(rest);
  if (first === "--get-yargs-completions") return (await import("./cli/start/complete.ts")).complete(words);
  watchReader(words);
  if (asksForHelp(words)) {
    const text = await (await import("./cli/start/rendered-help.ts")).renderedHelp(words);
    if (text !== undefined) {
      process.stdout.write(text);
      return;
    }
  }
  try {
    await toItsEnd(() => perform(words));
  } finally {
    linger();
  }
}

const isHelp = (word: string | undefined): boolean => word === "--help" || word === "-h" || word === "help";

/** The last word may be the value of an option. */
function asksForHelp(words: readonly string[]): boolean {
  const last = isHelp(words.at(-1)) && words.at(-2)?.startsWith("-") !== true;
  return isHelp(words[0]) || last || words.some((word) => word !== "help" && isHelp(word));
}

async function perform(words: readonly string[]): Promise<void> {
  if (process.env[REHEARSAL_VARIABLE] !== undefined) {
    // Before anything else is loaded: a rehearsal stays on this machine, even if a library tries to leave it (law 13).
    (await import("./rehearsal/loopback-guard.ts")).installLoopbackGuard();
    (await import("./rehearsal/supervisor/orphan.ts")).endWithSupervisor();
  }
  const json = words.includes("--json");
  if (words.length === 0) return await withoutCommand();
  if (words[0] === "--version") {
    process.exitCode = await (await import("./cli/process/tool-version.ts")).tellVersion(words);
    return;
  }
  await parsed(words, json);
}

/** Only what answers by itself goes without the parser and what it loads. */
async function parsed(words: readonly string[], json: boolean): Promise<void> {
  const { buildParser } = await import("./cli/start/parser.ts");
  try {
    await buildParser(words, (code) => {
      process.exitCode = code;
    })
      .exitProcess(false)
      .fail((message, error: Error | undefined) => {
        // yargs hands on what a command threw, or its own message.
        if (error instanceof Error) throw error;
        throw new Misread(message);
      })
      .parseAsync();
  } catch (error) {
    // yargs throws its own class for some mistakes of the command line; everything else is a defect.
    const isUsage = error instanceof Misread || (error instanceof Error && error.name === "YError");
    const told = isUsage ? await (await import("./cli/start/usage.ts")).usageError(error.message, words) : error;
    process.exitCode = (await import("./cli/process/failure.ts")).reportFailure(told, json);
  }
}

/** The message of yargs about words that fit no command. */
class Misread extends Error {}

/** On a terminal, open runs come first; otherwise the help and exit 2. */
async function withoutCommand(): Promise<void> {
  if (process.stdin.isTTY && process.stdout.isTTY) {
    const [{ welcome }, { reportFailure }] = await Promise.all([
      import("./cli/start/welcome.ts"),
      import("./cli/process/failure.ts"),
    ]);
    process.exitCode = await welcome().catch((thrown: unknown) => reportFailure(thrown, false));
    return;
  }
  const { renderHelp } = await import("./cli/start/render-help.ts");
  process.stderr.write((await renderHelp())[""] ?? "");
  process.exitCode = EXIT.usage;
}
