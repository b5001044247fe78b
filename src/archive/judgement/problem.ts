/**
 * What can be wrong with an archive, and what each finding does to the verdict. Codes are stable: they stand in the
 * `problems` of `archive verify`.
 */
export const PROBLEMS = {
  "archive-empty": "fatal",
  "no-base-backup": "fatal",
  "base-backup-broken": "fatal",
  "sysid-missing": "fatal",
  "sysid-malformed": "fatal",
  "sysid-from-elsewhere": "note",
  "wal-gap": "loss",
  "several-timelines": "unknown",
  "timelines-followed": "note",
  "partial-segment": "unknown",
  "other-compression": "unknown",
  "other-segment-size": "unknown",
  "not-lzop": "unknown",
  encrypted: "unknown",
  "encrypted-here-too": "note",
  "cold-storage": "unknown",
  "wal-g-archive": "unknown",
  tablespaces: "unknown",
  "version-missing": "unknown",
  "several-versions": "unknown",
  "sysid-younger": "unknown",
  "newest-base-broken": "unknown",
  "base-without-sentinel": "note",
  "older-base-broken": "note",
  "latest-not-newest": "note",
  "segment-damaged": "note",
  "dates-out-of-order": "note",
  "unknown-object": "note",
  "list-shortened": "note",
} as const satisfies Record<string, "fatal" | "unknown" | "loss" | "note">;

export type ProblemCode = keyof typeof PROBLEMS;
export type VerdictName = "restorable" | "restorable-with-loss" | "not-restorable" | "unknown";

export interface Problem {
  /** A code of `PROBLEMS`, or an error code where the archive could not be read. */
  readonly code: string;
  /** The object, relative to the archive; "" for the archive as a whole. */
  readonly key: string;
  readonly message: string;
}

export function problem(code: ProblemCode, key: string, message: string): Problem {
  return { code, key, message };
}

/** What is not understood outweighs what is broken: a wrong "not restorable" ends a search too early. */
export function verdictOf(problems: readonly Problem[]): VerdictName {
  const effects = new Set(problems.map((found) => effectOf(found.code)));
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

function effectOf(code: string): "fatal" | "unknown" | "loss" | "note" {
  return Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code as ProblemCode] : "unknown";
}
