/**
 * The object store as a pure part of the world: buckets, access keys with their policy, and the record of every
 * request. The access key names the asker; a container's programs use the container's own.
 */
import { stored, type Meaning, type StoredObject } from "./objects.ts";
import type { World } from "./world.ts";

/** Objects of the foundation's bucket below a prefix, in key order. */
export function below(world: World, prefix: string): (readonly [string, StoredObject])[] {
  return Object.entries(world.store.buckets[world.network.bucket] ?? {})
    .filter(([key]) => key.startsWith(prefix))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

export function objectAt(world: World, key: string): StoredObject | undefined {
  return world.store.buckets[world.network.bucket]?.[key];
}

/** A program inside the foundation writes: always over the present object. */
export function putObject(world: World, key: string, { meaning, by }: { meaning: Meaning; by: string }): void {
  const { bucket } = world.network;
  (world.store.buckets[bucket] ??= {})[key] = stored(meaning, world.now);
  world.store.requests.push({ at: world.now, by, operation: "put", bucket, key, status: 200 });
}

export function deleteObject(world: World, key: string, by: string): void {
  const { bucket } = world.network;
  delete world.store.buckets[bucket]?.[key];
  world.store.requests.push({ at: world.now, by, operation: "delete", bucket, key, status: 204 });
}

/** `backups/GUID/wal/` */
export const archivePrefix = (scope: string): string => `backups/${scope}/wal/`;
