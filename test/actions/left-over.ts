/** The end of a recovery: its left-overs are aside, and the instance's archive has a backup of its own. */
import type { JsonObject } from "../../src/action.js";
import { reviewAside } from "../../src/actions/recovery/review-aside.js";
import { formatLocation } from "../../src/archive/location.js";
import { NEW, OLD } from "../archive/sample-archive.js";
import { CONTAINER, DATA, NEW_GUID, RUN, type Scene, TAG, TARGET } from "../traps/scene.js";
import { copied } from "./mutations/worlds.js";

const OF = { run: RUN, guid: NEW_GUID, source: formatLocation(OLD), archive: formatLocation(NEW) };

export async function leftOver(): Promise<Scene> {
  const scene = await copied();
  for (const path of [`${DATA}.${TAG}`, `${DATA}.${TAG}/postgres0`]) scene.cell.directories.add(path);
  return scene;
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

export const directoryInput = { ...TARGET, run: RUN, archive: OF.archive, directory: `${DATA}.${TAG}` };
