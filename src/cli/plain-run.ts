/** `run` without the parser, where its words are plain: the parser takes a sixth of the time to the first screen. */
import { DEFAULT_RUNBOOK } from "./default-runbook.js";
import { consentOptions } from "./options.js";
import { everywhere, FLAGS, VALUES, valueOf } from "./plain-arguments.js";
import { readPlainWords } from "./plain-words.js";
import type { RunCall } from "./run.js";

/** Carries it out, and gives the exit code. Undefined where a word is not plainly one of its own. */
export function plainRun(words: readonly string[]): (() => Promise<number>) | undefined {
  const asked = readRun(words);
  return asked && (async () => (await import("./batch-carry.js")).runBatch(asked));
}

/** A number of segments that may be lost is read by the parser. */
export function readRun([command, ...rest]: readonly string[]): RunCall | undefined {
  if (command !== "run") return undefined;
  const plain = readPlainWords(rest, {
    flags: [...FLAGS, "--non-interactive", "--yes", "--dry-run", "--quiet"],
    values: [...VALUES, "--inputs", "--confirm", "--patience"],
    repeated: ["--input"],
  });
  const [runbook = DEFAULT_RUNBOOK, ...more] = plain?.places ?? [];
  if (plain === undefined || more.length > 0) return undefined;
  return {
    runbook,
    input: [...plain.values("--input")],
    inputs: valueOf(plain, "--inputs"),
    "dry-run": plain.flags.has("--dry-run"),
    "non-interactive": plain.flags.has("--non-interactive"),
    yes: plain.flags.has("--yes"),
    confirm: valueOf(plain, "--confirm"),
    "accept-loss": undefined,
    patience: valueOf(plain, "--patience") ?? consentOptions.patience.default,
    quiet: plain.flags.has("--quiet"),
    ...everywhere(plain),
  };
}
