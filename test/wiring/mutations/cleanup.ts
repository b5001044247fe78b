/** The actions by which `cleanup` deletes for good. */
import type { JsonObject } from "../../../src/action.ts";
import { deleteAsideObjects } from "../../../src/foundation/actions/archive/delete-aside.ts";
import { keepListing } from "../../../src/foundation/actions/archive/evidence-listing.ts";
import { deleteAsideDirectory } from "../../../src/foundation/actions/docker/delete-aside.ts";
import { formatLocation, parseLocation } from "../../../src/archive/names/location.ts";
import { BUCKET, lzopLike, NEW, OLD } from "../../archive/sample-archive.ts";
import { DATA, NEW_GUID, RUN, type Scene, TAG, TARGET } from "../../traps/scene.ts";
import { OWN_BASE, seedOwnBackup } from "../../foundation/actions/left-over.ts";
import { cutAfter, type MutationCases } from "./shape.ts";
import { copied } from "./worlds.ts";

const ROOT = parseLocation(`s3://${BUCKET}/backups/${NEW_GUID}/dingo-recover/${RUN}`);
const DIRECTORY = `${DATA}.${TAG}`;
const OF_RUN = { run: RUN, guid: NEW_GUID, archive: formatLocation(NEW), base_backup: OWN_BASE };

/** The listing that was shown before anything was deleted. */
const listings = new WeakMap<Scene, JsonObject>();

async function recovered(): Promise<Scene> {
  const scene = await copied();
  scene.cell.directories.add(DIRECTORY);
  seedOwnBackup(scene);
  const objects = await scene.store.reader().list(BUCKET, `${ROOT.prefix}/`);
  const { name, sha256, bytes } = await keepListing(scene.context, { name: "aside", location: ROOT, objects });
  listings.set(scene, { name, sha256, bytes });
  return scene;
}

const objects: MutationCases = {
  action: deleteAsideObjects,
  input: (scene) => ({ ...OF_RUN, source: formatLocation(OLD), listing: listings.get(scene) ?? {} }),
  acts: recovered,
  answers: {
    done: /^0 of 8 objects are left/,
    "not-done": /^8 of 8 objects are left/,
    partly: [/^5 of 8 objects are left/, (scene) => cutAfter(scene, 3, objects)],
    unknown: [
      /8 of 8 objects are left, 1 were not shown/,
      ({ store }) => store.seed(BUCKET, `${ROOT.prefix}/theirs`, lzopLike("theirs")),
    ],
  },
};

const directory: MutationCases = {
  action: deleteAsideDirectory,
  input: () => ({ ...TARGET, ...OF_RUN, directory: DIRECTORY }),
  acts: recovered,
  answers: {
    done: /is absent/,
    "not-done": /is directory/,
    partly: [/is directory/, ({ context }) => context.record("deleting", { directory: DIRECTORY })],
    unknown: [/is not on cell_z1/, ({ cell }) => cell.containers.clear()],
  },
};

export const CLEANUP: readonly MutationCases[] = [objects, directory];
