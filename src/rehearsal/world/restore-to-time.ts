/**
 * Recovery up to a moment on a copy elsewhere: the WAL that a server finds beside the copy, replayed until a commit is
 * too late.
 */
import { type Database, replay, segmentName } from "./database/database.ts";
import { basePart, unpacked, walOf } from "./restore.ts";
import { below } from "./store.ts";
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
  const archive = { world, scope: scope ?? "" };
  const base = scope === undefined ? undefined : basePart(archive, `base_${copy.start}`);
  if (base === undefined) return undefined;
  const database = unpacked(base);
  const restored: string[] = [];
  for (;;) {
    const name = segmentName(database.timeline, database.segment);
    const changes = copy.has(name) ? walOf(archive, name)?.changes : undefined;
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
