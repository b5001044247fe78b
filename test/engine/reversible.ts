/** Steps over the fake world that know their way back. */
import { type Action, type AnyAction, defineAction, type Effect } from "../../src/action.ts";
import { RecoverError } from "../../src/errors.ts";
import { changing, type FakeWorld } from "./fake-world.ts";

interface KeyInput {
  readonly key: string;
}

/** How often each effect was really taken back. */
export class TakenBack {
  readonly counts = new Map<string, number>();
  /** Keys whose state a look cannot tell. */
  readonly opaque = new Set<string>();
}

/** As `changing`, with a way back whose weather is that of "back KEY". */
export function reversible(world: FakeWorld, taken: TakenBack, effect: Exclude<Effect, "read">): AnyAction {
  const forward = changing(world, effect) as unknown as Action<KeyInput, { made: string }>;
  const action: Action<KeyInput, { made: string }> = {
    ...(forward as Exclude<typeof forward, { readonly effect: "read" }>),
    id: `fake.reversible-${effect}`,
    undo: {
      effect,
      cost: "it is as if it had never been",
      describe: ({ key }) => [{ on: "here", line: `fake back ${key}` }],
      async guard(_context, { input: { key } }) {
        world.calls.push(`guard back ${key}`);
        if (world.guarded.has(key))
          throw new RecoverError("guard-refused", `"${key}" is not ours`, { remedy: "Look again.", effect: "none" });
      },
      async probe(_context, { input: { key } }) {
        world.calls.push(`probe back ${key}`);
        if (taken.opaque.has(key)) return { state: "unknown", evidence: `nobody sees ${key}` };
        const state = world.isDone(key) ? "not-done" : world.halves.has(key) ? "partly" : "done";
        return { state, evidence: `${key}: ${state}` };
      },
      async run(context, { input: { key } }) {
        await context.beforeEffect();
        world.calls.push(`back ${key}`);
        const weather = world.weather.get(`back ${key}`)?.shift() ?? "fine";
        if (weather === "lost-before") throw lost(key);
        world.effects.delete(key);
        world.halves.delete(key);
        taken.counts.set(key, (taken.counts.get(key) ?? 0) + 1);
        if (weather === "lost-after") throw lost(key);
      },
    },
  };
  return defineAction(action);
}

function lost(key: string): RecoverError {
  return new RecoverError("unreachable", `no answer about "${key}"`, { remedy: "See to the network." });
}

/** A step of which undo leaves everything as it is. */
export function lasting(world: FakeWorld): AnyAction {
  const forward = changing(world, "disrupt") as unknown as Extract<
    Action<KeyInput, { made: string }>,
    { readonly effect: "disrupt" | "destroy" }
  >;
  return defineAction({ ...forward, id: "fake.lasting", undo: { leaves: "what it did stays" } });
}
