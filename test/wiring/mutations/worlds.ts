/** Worlds that the cases of several actions begin with. */
import type { JsonObject } from "../../../src/action.ts";
import { copy } from "../../../src/foundation/actions/archive/copy.ts";
import { setAside } from "../../../src/foundation/actions/archive/set-aside.ts";
import { verifySource } from "../../../src/foundation/actions/archive/verify-source.ts";
import { formatLocation } from "../../../src/archive/names/location.ts";
import { NEW, OLD } from "../../archive/sample-archive.ts";
import { CREATED_AT, OLD_GUID, RUN, Scene, TARGET } from "../../traps/scene.ts";

const AT = { ...TARGET, source: formatLocation(OLD), target: formatLocation(NEW) };

export const fresh = (): Scene => new Scene().withNew();
export const stopped = (): Scene => new Scene().withNew().withOldArchive().stopped();

export async function baselineOf(scene: Scene): Promise<JsonObject> {
  const looked = { guid: OLD_GUID, archive: "", deleted_at: "", accept_loss: 0 };
  const { baseline } = await scene.perform(verifySource, looked);
  return { ...AT, baseline: baseline ?? null };
}

export const asideInput = { ...AT, created_at: CREATED_AT, run: RUN };

export async function emptied(): Promise<Scene> {
  const scene = stopped();
  await scene.perform(setAside, asideInput);
  return scene;
}

export async function copied(): Promise<Scene> {
  const scene = await emptied();
  await scene.perform(copy, await baselineOf(scene));
  return scene.swapped();
}
