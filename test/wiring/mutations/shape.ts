/** How the cases of one action are said: each answer of its probe is a world in which it is given. */
import type { AnyAction, JsonObject } from "../../../src/action.ts";
import type { Scene } from "../../traps/scene.ts";

type World = () => Promise<Scene> | Scene;

/** The words of the evidence, and the world if the probe gives it. */
export interface Answered {
  readonly world: World;
  readonly evidence: RegExp;
}

/** Why the action can never answer so. */
export interface Never {
  readonly never: string;
}

export type State = "done" | "not-done" | "partly" | "unknown";
/**
 * An answer that is evidence alone is given where the action acts: "done" behind its attempt, any other before it. With
 * a turn it is given in the same world, after that turn.
 */
type Answer = RegExp | readonly [evidence: RegExp, turn: (scene: Scene) => unknown] | Answered | Never;

export interface MutationCases {
  readonly action: AnyAction;
  readonly input: (scene: Scene) => Promise<JsonObject> | JsonObject;
  /** A world in which the action would act, and acts at once: there the fence has to stop it. */
  readonly acts: World;
  readonly answers: Readonly<Record<State, Answer>>;
}

export const ONE_VALUE = "one call sets one value: it is set or it is not";

/** Runs the action as far as it goes. */
export async function tried(scene: Scene, of: MutationCases): Promise<Scene> {
  await scene.perform(of.action, await of.input(scene)).catch(() => undefined);
  return scene;
}

/** The store answers to so many changes more; then the process ends. */
export async function cutAfter(scene: Scene, changes: number, of: MutationCases): Promise<Scene> {
  scene.store.dieAfterChanges = scene.store.changes.length + changes;
  await tried(scene, of);
  scene.store.dieAfterChanges = Number.POSITIVE_INFINITY;
  return scene;
}

export function answerOf(of: MutationCases, state: State): Answered | Never {
  const answer = of.answers[state];
  if (answer instanceof RegExp)
    return { world: state === "done" ? at(of.acts, (scene) => tried(scene, of)) : of.acts, evidence: answer };
  if ("never" in answer || "world" in answer) return answer;
  const [evidence, turn] = answer;
  return { world: at(of.acts, turn), evidence };
}

export function at(build: World, change: (scene: Scene) => unknown = () => undefined): () => Promise<Scene> {
  return async () => {
    const scene = await build();
    await change(scene);
    return scene;
  };
}
