/** How the cases of one action are said: each answer of its probe is a world in which it is given. */
import type { AnyAction, JsonObject } from "../../../src/action.ts";
import type { Scene } from "../../traps/scene.ts";

/** A world in which the probe answers so, and the words of its evidence. */
export interface Answered {
  readonly world: () => Promise<Scene> | Scene;
  readonly evidence: RegExp;
}

/** Why the action can never answer so. */
export interface Never {
  readonly never: string;
}

export interface MutationCases {
  readonly action: AnyAction;
  readonly input: (scene: Scene) => Promise<JsonObject> | JsonObject;
  /** A world in which the action would act, and acts at once: there the fence has to stop it. */
  readonly acts: () => Promise<Scene> | Scene;
  readonly answers: Readonly<Record<"done" | "not-done" | "partly" | "unknown", Answered | Never>>;
}

export const ONE_VALUE = "one call sets one value: it is set or it is not";

/** Runs the action as far as it goes. */
export async function tried(scene: Scene, of: MutationCases): Promise<Scene> {
  await scene.perform(of.action, await of.input(scene)).catch(() => undefined);
  return scene;
}

export function at(
  build: () => Promise<Scene> | Scene,
  change: (scene: Scene) => unknown = () => undefined,
): () => Promise<Scene> {
  return async () => {
    const scene = await build();
    await change(scene);
    return scene;
  };
}
