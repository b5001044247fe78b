/**
 * Which base backup a restore begins from. The container runs `wal-e backup-fetch LATEST`, which leaves no choice:
 * sentinels sorted by the text of LastModified, the last one taken; ties fall to the greatest name (wal-archives.md §1).
 */
export interface Completed {
  readonly name: string;
  /** ISO 8601, the store's time of the sentinel. */
  readonly completedAt: string | undefined;
}

/** In ascending age order of their sentinels; those without one are left out, as WAL-E does not see them. */
export function byAge<T extends Completed>(bases: readonly T[]): readonly T[] {
  return bases.filter((base) => base.completedAt !== undefined).sort(compareAge);
}

/** Negative if WAL-E takes the second for the younger one. */
export function compareAge(a: Completed, b: Completed): number {
  const key = ({ completedAt, name }: Completed): string => `${completedAt ?? ""} ${name}`;
  return key(a) < key(b) ? -1 : 1;
}

/** The base backup that WAL-E's LATEST takes; undefined when there is no sentinel at all. */
export function latestBase<T extends Completed>(bases: readonly T[]): T | undefined {
  return byAge(bases).at(-1);
}
