/**
 * The story of a database whose archive is a real one: that of the box, with a table beside the orders that somebody
 * drops at the end. A real PostgreSQL has lived through it (fixtures/real-archive/README.md), at these very times.
 */
import { openStory, type Setting } from "../scenarios/opening.ts";
import type { Opening } from "../scenarios/scenario.ts";
import { segmentName } from "../world/database/database.ts";
import { type StoredObject, stored, type Meaning } from "../world/objects.ts";
import { happen } from "../world/story.ts";
import type { World } from "../world/world.ts";
import { BASE_TAR, type ClusterFacts, clusterFacts, isInCluster, lastRecordOf } from "./contents.ts";

/** When the person is paged: the archive is as old as it is. */
export const PAGED_AT = Date.UTC(2026, 10, 21, 3, 7);
export const VERSION = "11.22";

export const COUPONS = "coupons";
export const COUPON_ROWS = 12;
const SECOND = 1_000;

/** With the simulated archive: the model of the real one. */
export function simulatedStory(setting: Pick<Setting, "seed" | "staysAlive">): Opening {
  return openStory({
    era: "f",
    now: PAGED_AT,
    beforeCreation: (world) => ({ ...world, postgresVersion: VERSION }),
    besideOld: (world, { old }) => withCoupons(world, old),
    beforeDeletion: (world, old) => withoutCoupons(world, old),
    ...setting,
  });
}

export function realStory(setting: Pick<Setting, "seed" | "staysAlive">): Opening {
  return withRealArchive(simulatedStory(setting), clusterFacts());
}

function withCoupons(world: World, scope: string): World {
  const at = world.now + 20 * SECOND;
  const columns = ["id", "code", "created_at"];
  const made = happen(world, 20 * SECOND, {
    ...{ is: "write", scope, thenSwitch: false },
    change: { is: "table", at, name: COUPONS, owner: "appuser", columns },
  });
  const rows = Array.from({ length: COUPON_ROWS }, (_, index) => {
    const id = index + 1;
    return { at: at + SECOND, values: { id, code: `SPRING-${id}`, created_at: new Date(at + SECOND).toISOString() } };
  });
  return happen(made, SECOND, {
    ...{ is: "write", scope, thenSwitch: false },
    change: { is: "rows", at: at + SECOND, table: COUPONS, rows },
  });
}

/** Half a minute after the last order. */
function withoutCoupons(world: World, scope: string): World {
  const at = world.now + 30 * SECOND;
  const change = { is: "drop", at, name: COUPONS } as const;
  return happen(world, 30 * SECOND, { is: "write", scope, thenSwitch: false, change });
}

/** The same foundation, in which the instance has the identity and the archive of the real cluster. */
function withRealArchive(opening: Opening, facts: ClusterFacts): Opening {
  const prefix = `backups/${opening.old}/wal/`;
  const { bucket } = opening.world.network;
  const simulated = opening.world.store.buckets[bucket]?.[`${prefix}sysids/sysid`]?.meaning;
  if (simulated?.is !== "text") throw new Error("the story left no system identifier");
  const text = JSON.stringify(opening.world).replaceAll(simulated.text.trim(), facts.systemId);
  const world = JSON.parse(text) as World;
  const objects = Object.entries(world.store.buckets[bucket] ?? {}).map(
    ([key, object]) => [key, key.startsWith(prefix) ? realObject(key, object, facts) : object] as const,
  );
  const buckets = { ...world.store.buckets, [bucket]: Object.fromEntries(objects) };
  return { ...opening, world: { ...world, store: { ...world.store, buckets } } };
}

function realObject(key: string, { meaning, lastModified }: StoredObject, facts: ClusterFacts): StoredObject {
  return stored(realMeaning(key, meaning, facts), lastModified);
}

function realMeaning(key: string, meaning: Meaning, facts: ClusterFacts): Meaning {
  const name = /([^/]+)\.lzo$/.exec(key)?.[1] ?? "";
  if (meaning.is === "wal") {
    if (isInCluster(name)) return { ...meaning, real: name };
    const previous = lastRecordOf(segmentName(meaning.timeline, meaning.segment - 1));
    return previous === undefined ? meaning : { ...meaning, previous };
  }
  if (meaning.is === "base") return { ...meaning, real: BASE_TAR };
  if (meaning.is === "backup-history")
    return { is: "timeline-history", text: facts.backupHistory, at: meaning.stoppedAt };
  if (key.endsWith("_sentinel.json")) return { is: "text", text: sentinelText(facts) };
  return meaning;
}

function sentinelText({ stop, expandedBytes }: ClusterFacts): string {
  return JSON.stringify({
    wal_segment_backup_stop: stop.segment,
    expanded_size_bytes: expandedBytes,
    wal_segment_offset_backup_stop: stop.offset,
    spec: { base_prefix: "/data/postgres0", tablespaces: [] },
  });
}
