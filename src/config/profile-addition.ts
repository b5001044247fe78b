/** Another foundation in a configuration that is there: its text stays as it is, letter for letter, with one profile more. */
import { RecoverError } from "../errors.js";
import { quoted } from "../printable.js";
import { blockMapOf } from "../yaml/block-map.js";
import { PROFILES } from "./profile.js";
import { profileLines } from "./rendering.js";

export interface ProfileAddition {
  readonly text: string;
  /** What is in `text` and was not there before, without its newline; the first of them is line `at`, counted from 1. */
  readonly added: readonly string[];
  readonly at: number;
}

export interface AddedProfile {
  /** As they stand behind the colon, by the setting's name. */
  readonly values: ReadonlyMap<string, string>;
  readonly profile: string;
  /** Of the file, for messages. */
  readonly file: string;
}

/** Errors: `usage` where the profile is there already, or where the file is written so that nothing can be put into it. */
export function withAddedProfile(text: string, added: AddedProfile): ProfileAddition {
  const profiles = blockMapOf(text, PROFILES);
  switch (profiles.kind) {
    case "absent":
      return inserted(text, text.length, ["", `${PROFILES}:`, ...profileLines(added, 2)]);
    case "there":
      if (profiles.keys.includes(added.profile)) throw thereAlready(added);
      return inserted(text, profiles.end, profileLines(added, profiles.column));
    case "unfit":
      throw byHand(added);
  }
}

/** The lines begin below the one in which `offset` lies, or which ends there. */
function inserted(text: string, offset: number, added: readonly string[]): ProfileAddition {
  const before = wholeLines(text, offset);
  const lines = before === "" ? added.slice(added[0] === "" ? 1 : 0) : added;
  return {
    text: `${before}${lines.join("\n")}\n${text.slice(before.length)}`,
    added: lines,
    at: before.split("\n").length,
  };
}

/** Up to the last line that ends at or before `offset`, with its newline. */
function wholeLines(text: string, offset: number): string {
  const before = text.slice(0, offset);
  if (before === "" || before.endsWith("\n")) return before;
  return offset >= text.length ? `${before}\n` : text.slice(0, text.lastIndexOf("\n", offset) + 1);
}

function thereAlready({ profile, file }: AddedProfile): RecoverError {
  return new RecoverError("usage", `there is a profile ${quoted(profile)} in ${quoted(file)} already`, {
    remedy: "Edit it, or name another one with --profile.",
    place: file,
    effect: "none",
  });
}

function byHand({ file }: AddedProfile): RecoverError {
  return new RecoverError("usage", `no profile can be added to ${quoted(file)} as it is written`, {
    remedy: `Print the profile with --print and paste it: "${PROFILES}:" has to stand on a line of its own, with each name on one below it.`,
    place: file,
    effect: "none",
  });
}
