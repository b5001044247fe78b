/**
 * `profiles:` holds several foundations in one file: a section that stands in the chosen profile counts in place of the
 * same section at the top. Where there are profiles, one has to be named: none is a default that somebody forgets.
 */
import { RecoverError } from "../errors.js";
import { nearest } from "../nearest.js";
import { quoted } from "../printable.js";
import { article, Fields } from "../yaml/fields.js";
import type { Findings } from "../yaml/findings.js";
import type { Located, LocatedMap } from "../yaml/located.js";

export const PROFILES = "profiles" as const;
export const PROFILE_VARIABLE = "DINGO_RECOVER_PROFILE";

export interface ProfileOptions {
  /** Of --profile, or of the variable. */
  readonly chosen: string | undefined;
  /** What a profile may hold. */
  readonly keys: readonly string[];
  readonly file: string;
}

/** The sections that count. Errors: `usage` where none, or one that is not there, was named. */
export function withProfile(findings: Findings, root: Located, options: ProfileOptions): Located {
  const { chosen, file } = options;
  const profiles = root.kind === "map" ? profilesOf(findings, root, options.keys) : undefined;
  const names = [...(profiles?.entries.keys() ?? [])];
  const found = chosen === undefined ? undefined : profiles?.entries.get(chosen)?.value;
  if (names.length === 0 && chosen === undefined) return root;
  if (chosen === undefined) throw noneNamed(file, names);
  if (found === undefined || root.kind !== "map") throw notThere(file, chosen, names);
  return found.kind === "map" ? overlaid(root, found) : root;
}

/** A mistake in any of them is told: the one that is not used today is used in the next incident. */
function profilesOf(findings: Findings, root: LocatedMap, keys: readonly string[]): LocatedMap | undefined {
  const node = root.entries.get(PROFILES)?.value;
  if (node === undefined) return undefined;
  if (node.kind !== "map") {
    findings.add(node.at, {
      message: `"${PROFILES}" is ${article(node)}, not a map`,
      remedy: "Write a name for each foundation, and its sections below it.",
    });
    return undefined;
  }
  for (const [name, { value }] of node.entries)
    Fields.of(findings, value, { what: `the profile ${quoted(name)}`, keys });
  return node;
}

function overlaid(root: LocatedMap, profile: LocatedMap): LocatedMap {
  const top = [...root.entries].filter(([key]) => key !== PROFILES);
  return { ...root, entries: new Map([...top, ...profile.entries]) };
}

function noneNamed(file: string, names: readonly string[]): RecoverError {
  return new RecoverError("usage", `${quoted(file)} has profiles, and none was named`, {
    remedy: `Name the foundation that you mean: ${names.map((name) => `--profile ${name}`).join(" or ")}.`,
    place: file,
    effect: "none",
  });
}

function notThere(file: string, chosen: string, names: readonly string[]): RecoverError {
  const near = nearest(chosen, names);
  const list = names.length === 0 ? "It has none: leave --profile out." : `It has ${names.join(", ")}.`;
  return new RecoverError("usage", `${quoted(file)} has no profile ${quoted(chosen)}`, {
    remedy: near === undefined ? list : `Did you mean "${near}"? ${list}`,
    place: file,
    effect: "none",
  });
}
