/** The end of a recovery: its left-overs are aside, and the instance's archive has a new base backup. */
import type { JsonObject } from "../../../src/action.ts";
import { reviewAside } from "../../../src/foundation/actions/recovery/review-aside.ts";
import { formatLocation } from "../../../src/archive/names/location.ts";
import { lzopLike, NEW, OLD, segment, sentinelText } from "../../archive/sample-archive.ts";
import { CONTAINER, DATA, NEW_GUID, RUN, type Scene, TAG, TARGET } from "../../traps/scene.ts";
import { copied } from "../../wiring/mutations/worlds.ts";

/** The first base backup of the recovered database, at the end of the recovery. */
export const OWN_BASE = `base_${segment(8, 2)}_00000040`;
const OF = {
  ...{ run: RUN, guid: NEW_GUID, source: formatLocation(OLD), archive: formatLocation(NEW) },
  base_backup: OWN_BASE,
};

export async function leftOver(): Promise<Scene> {
  const scene = await copied();
  for (const path of [`${DATA}.${TAG}`, `${DATA}.${TAG}/postgres0`]) scene.cell.directories.add(path);
  seedOwnBackup(scene);
  return scene;
}

export function seedOwnBackup(scene: Scene): void {
  const put = (key: string, content: string | Uint8Array): void => {
    const lastModified = new Date(scene.store.nowMs + 60_000).toISOString();
    scene.store.seed(NEW.bucket, `${NEW.prefix}/${key}`, content, { lastModified });
  };
  put(`basebackups_005/${OWN_BASE}/extended_version.txt`, "PostgreSQL 9.6.24 on x86_64-pc-linux-gnu, 64-bit\n");
  put(`basebackups_005/${OWN_BASE}/tar_partitions/part_00000000.tar.lzo`, lzopLike("own part"));
  put(`basebackups_005/${OWN_BASE}_backup_stop_sentinel.json`, sentinelText(segment(8, 2)));
  put(`wal_005/${segment(8, 2)}.00000028.backup.lzo`, lzopLike("own backup"));
  put(`wal_005/${segment(8, 2)}.lzo`, lzopLike("own 8"));
}

export const reviewInput = {
  ...OF,
  target: "shop/prod/important-db",
  deployment: TARGET.deployment,
  cell: TARGET.cell,
  container: CONTAINER,
};

export async function objectsInput(scene: Scene): Promise<JsonObject> {
  const { listing } = await scene.perform(reviewAside, reviewInput);
  return { ...OF, listing: listing ?? null };
}

export const directoryInput = {
  ...TARGET,
  run: RUN,
  archive: OF.archive,
  base_backup: OWN_BASE,
  directory: `${DATA}.${TAG}`,
};
