/**
 * Recovery up to a moment on a copy elsewhere: the WAL that a server finds beside the copy, replayed until a commit is
 * too late.
 */
import { copyOf } from "./copy.ts";
import { type Change, type Database, replay, segmentName } from "./database/database.ts";
import type { Meaning } from "./objects.ts";
import { archivePrefix, below } from "./store.ts";
import type { World } from "./world.ts";

export interface CopyOf {
  /** Of the copy's `pg_control`. */
  readonly systemId: string;
  /** Where its `backup_label` begins: `000000010000000000000002`. */
  readonly start: string;
  /** Undefined: to the end of the WAL. */
  readonly target: number | undefined;
  /** Whether a segment lies beside the copy. */
  readonly has: (segment: string) => boolean;
}

export interface ReplayedCopy {
  readonly database: Database;
  readonly restored: readonly string[];
  /** The commit before which it stopped; undefined if it came to the end. */
  readonly stoppedBefore: number | undefined;
  readonly last: number | undefined;
}

/** Undefined if no archive of the world has this base backup. */
export function replayCopy(world: World, copy: CopyOf): ReplayedCopy | undefined {
  const scope = scopeOf(world, copy.systemId);
  const base = scope === undefined ? undefined : baseAt(world, scope, copy.start);
  if (scope === undefined || base === undefined) return undefined;
  const database: Database = { ...copyOf(base.database), segment: base.segment, open: [], inRecovery: true };
  const wal = segmentsOf(world, scope);
  const restored: string[] = [];
  for (;;) {
    const name = segmentName(database.timeline, database.segment);
    const changes = copy.has(name) ? wal.get(name) : undefined;
    if (changes === undefined)
      return { database, restored, stoppedBefore: undefined, last: database.lastTransactionAt };
    restored.push(name);
    for (const change of changes) {
      if (copy.target !== undefined && change.at > copy.target)
        return { database, restored, stoppedBefore: change.at, last: database.lastTransactionAt };
      replay(database, change);
    }
    database.segment += 1;
  }
}

function scopeOf(world: World, systemId: string): string | undefined {
  const found = below(world, "backups/").find(
    ([key, { meaning }]) =>
      key.endsWith("/wal/sysids/sysid") && meaning.is === "text" && meaning.text.trim() === systemId,
  );
  return found?.[0].split("/")[1];
}

function baseAt(world: World, scope: string, start: string): Extract<Meaning, { is: "base" }> | undefined {
  const parts = below(world, `${archivePrefix(scope)}basebackups_005/base_${start}`);
  const found = parts.map(([, { meaning }]) => meaning).find((meaning) => meaning.is === "base");
  return found?.is === "base" ? found : undefined;
}

function segmentsOf(world: World, scope: string): ReadonlyMap<string, readonly Change[]> {
  const prefix = `${archivePrefix(scope)}wal_005/`;
  return new Map(
    below(world, prefix).flatMap(([key, { meaning }]) =>
      meaning.is === "wal" ? [[key.slice(prefix.length).replace(/\.lzo$/, ""), meaning.changes] as const] : [],
    ),
  );
}
