/**
 * `archive verify` and `archive copy` without the parser, where their words are plain: what the parser loads takes as much
 * memory as the listing of thirty thousand objects, and longer than to copy a hundred.
 */
import { DEPTHS } from "../archive/reading/insides.js";
import { READERS } from "../archive/reading/reader.js";
import { copyOptions } from "./archive-options.js";
import type { CopyQuestion } from "./archive-copy.js";
import type { VerifyQuestion } from "./archive-verify.js";
import { everywhere, FLAGS, VALUES, valueOf } from "./plain-arguments.js";
import { readPlainWords } from "./plain-words.js";

/** Carries it out, and gives the exit code. Undefined where a word is not plainly one of theirs. */
export function plainArchive(words: readonly string[]): (() => Promise<number>) | undefined {
  const verified = readVerification(words);
  if (verified !== undefined) return async () => (await import("./archive-verify.js")).archiveVerify(verified);
  const copied = readCopying(words);
  return copied && (async () => (await import("./archive-copy.js")).archiveCopy(copied));
}

export function readCopying([family, command, ...rest]: readonly string[]): CopyQuestion | undefined {
  if (family !== "archive" || command !== "copy") return undefined;
  const plain = readPlainWords(rest, { flags: FLAGS, values: [...VALUES, "--patience"] });
  const [source, destination, ...more] = plain?.places ?? [];
  if (plain === undefined || source === undefined || destination === undefined || more.length > 0) return undefined;
  const patience = valueOf(plain, "--patience") ?? copyOptions.patience.default;
  return { source, destination, patience, ...everywhere(plain) };
}

const DEEP = new Map<string, string>([
  ["--deep", "deep"],
  ...DEPTHS.map((depth): [string, string] => [`--deep=${depth}`, depth]),
]);
const TEXTS = ["--reader", "--timeline", "--target-time", "--deleted-at", "--svg"];

export function readVerification([family, command, ...rest]: readonly string[]): VerifyQuestion | undefined {
  if (family !== "archive" || command !== "verify") return undefined;
  const plain = readPlainWords(rest, { flags: [...FLAGS, ...DEEP.keys()], values: [...VALUES, ...TEXTS] });
  const [location, ...more] = plain?.places ?? [];
  if (plain === undefined || location === undefined || more.length > 0) return undefined;
  const depths = [...plain.flags].flatMap((flag) => DEEP.get(flag) ?? []);
  const named = valueOf(plain, "--reader");
  const reader = READERS.find((each) => each === named);
  if (depths.length > 1 || reader !== named) return undefined;
  return {
    location,
    reader,
    timeline: valueOf(plain, "--timeline"),
    deep: depths[0],
    "target-time": valueOf(plain, "--target-time"),
    "deleted-at": valueOf(plain, "--deleted-at"),
    // With a key the parser's share of the memory is no matter.
    "gpg-key": undefined,
    svg: valueOf(plain, "--svg"),
    ...everywhere(plain),
  };
}
