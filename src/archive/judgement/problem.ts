/**
 * The problems of an archive, and their effect on the verdict. Codes are stable: they stand in the `problems` of
 * `archive verify`.
 */

/**
 * Who restores. A container of Dingo takes the newest base backup, the newest timeline and WAL-E, and needs a system
 * identifier beside the archive; a person can name the base backup and the timeline, and make links before a restore.
 */
export type Restorer = "container" | "person";

type Effect = "fatal" | "unknown" | "loss" | "note";

const forContainer = (container: Effect, person: Effect): Readonly<Record<Restorer, Effect>> => ({ container, person });

export const PROBLEMS = {
  "archive-empty": "fatal",
  "archive-elsewhere": "unknown",
  "archive-nested": "note",
  "no-base-backup": "fatal",
  "base-backup-broken": "fatal",
  "sysid-missing": "fatal",
  "sysid-malformed": "fatal",
  "sysid-from-elsewhere": "note",
  "sysid-differs": forContainer("unknown", "note"),
  "wal-gap": "loss",
  "several-timelines": forContainer("unknown", "note"),
  "wrong-branch": forContainer("unknown", "note"),
  "timelines-followed": "note",
  "target-timeline": "note",
  "wal-aside": "loss",
  "history-missing": "note",
  "partial-segment": forContainer("unknown", "loss"),
  "other-compression": forContainer("unknown", "note"),
  "segment-twice": "note",
  "other-segment-size": "unknown",
  "not-lzop": forContainer("unknown", "note"),
  "not-packed": "unknown",
  encrypted: "unknown",
  "encrypted-here-too": "note",
  "cold-storage": "unknown",
  expires: "note",
  "wal-g-archive": forContainer("unknown", "note"),
  "delta-backup": "note",
  "parts-unproven": "note",
  "parts-short": forContainer("note", "unknown"),
  tablespaces: forContainer("unknown", "note"),
  "version-missing": forContainer("unknown", "note"),
  "version-unknown": "unknown",
  "several-versions": "unknown",
  "several-clusters": "unknown",
  "other-cluster": forContainer("unknown", "note"),
  "foreign-wal": "note",
  "sysid-younger": "unknown",
  "newest-base-broken": forContainer("unknown", "note"),
  "base-without-sentinel": "note",
  "older-base-broken": "note",
  "latest-not-newest": "note",
  "segment-damaged": "note",
  "part-damaged": "note",
  "archiving-stalled": "note",
  "dates-out-of-order": "note",
  "unknown-object": "note",
  "list-shortened": "note",
} as const satisfies Record<string, Effect | Readonly<Record<Restorer, Effect>>>;

export type ProblemCode = keyof typeof PROBLEMS;
export type VerdictName = "restorable" | "restorable-with-loss" | "not-restorable" | "unknown";

export interface Problem {
  /** A code of `PROBLEMS`, or an error code if the archive could not be read. */
  readonly code: string;
  /** The object, relative to the archive; "" for the archive as a whole. */
  readonly key: string;
  readonly message: string;
}

export function problem(code: ProblemCode, key: string, message: string): Problem {
  return { code, key, message };
}

/** An unknown outweighs a fault: a wrong "not restorable" ends a search too early. */
export function verdictOf(problems: readonly Problem[], restorer: Restorer = "container"): VerdictName {
  const effects = new Set(problems.map((found) => effectOf(found.code, restorer)));
  if (effects.has("unknown")) return "unknown";
  if (effects.has("fatal")) return "not-restorable";
  return effects.has("loss") ? "restorable-with-loss" : "restorable";
}

/** At most this many findings of one code are listed. */
const LONGEST = 20;

/** Says how many were left out, so that a list that was cut never looks whole. */
export function shorten(problems: readonly Problem[]): readonly Problem[] {
  const counts = new Map<string, number>();
  const listed = problems.filter(({ code }) => {
    const count = (counts.get(code) ?? 0) + 1;
    counts.set(code, count);
    return count <= LONGEST;
  });
  const cut = [...counts].filter(([, count]) => count > LONGEST);
  return [
    ...listed,
    ...cut.map(([code, count]) => problem("list-shortened", "", `${count - LONGEST} more findings of "${code}"`)),
  ];
}

/** The effect of a finding on the verdict. A code that is not known here gives "unknown". */
export function effectOf(code: string, restorer: Restorer): Effect {
  if (!Object.hasOwn(PROBLEMS, code)) return "unknown";
  const effect: Effect | Readonly<Record<Restorer, Effect>> = PROBLEMS[code as ProblemCode];
  return typeof effect === "string" ? effect : effect[restorer];
}
