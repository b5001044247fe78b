/** The options of `archive verify` and `archive copy`, and what `archive restore` has of them. */
import type { InferredOptionTypes } from "yargs";
import { value } from "./kinds.ts";

export const keyOptions = {
  "gpg-key": value(
    "FILE",
    "file with the private key of an archive that is encrypted with OpenPGP (default gpg.key of the configuration)",
  ),
} as const;

export const verifyOptions = {
  deep: {
    type: "string",
    describe:
      "look into every object: its first and last bytes, and all of small base backups; --deep=full reads and checks everything",
    nargs: 1,
  },
  reader: {
    ...value("PROGRAM", "the program that will restore (default the one that wrote the newest base backup)"),
    choices: ["wal-e", "wal-g"] as const,
  },
  timeline: value(
    "TIMELINE",
    "the timeline to restore: latest, current or a number (default the one that brings back the most)",
  ),
  "target-time": value(
    "TIME",
    'say what a restore to this moment would take: "40m ago", or a time with zone or offset',
  ),
  "deleted-at": value(
    "TIME",
    "when it was deleted: tells what can be lost, at most, and whether archiving had stopped before",
  ),
  ...keyOptions,
  svg: value("FILE", "also write the picture of the archive to this file, as SVG"),
} as const;

export const copyOptions = {
  patience: {
    ...value("DURATION", "how long to look for lost copies and send them again while none ends well (default 10m)"),
    default: "10m",
  },
} as const;

export type CopyArguments = InferredOptionTypes<typeof copyOptions>;

export type VerifyArguments = InferredOptionTypes<typeof verifyOptions>;

/** `--deep` alone takes no value: without this it would take the location for one. */
export function withDepth(words: readonly string[]): readonly string[] {
  return words.map((word) => (word === "--deep" ? "--deep=deep" : word));
}
