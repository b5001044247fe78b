/** In doubt (law 4): after an attempt, each action that changes the world can tell the attempt's outcome. */
import { describe, expect, it } from "vitest";
import type { AnyAction, Probe } from "../../src/action.ts";
import { REGISTRY } from "../../src/wiring/registry.ts";
import { RecoverError } from "../../src/errors.ts";
import type { Scene } from "../traps/scene.ts";
import { ARCHIVE_AND_KEYS } from "./mutations/archive-and-keys.ts";
import { CLEANUP } from "./mutations/cleanup.ts";
import { CLOUD_FOUNDRY } from "./mutations/cloud-foundry.ts";
import { COMPOSE } from "./mutations/compose.ts";
import { CONTAINERS } from "./mutations/container.ts";
import { DRILL } from "./mutations/drill.ts";
import { RECOVER_TO_TIME } from "./mutations/recover-to-time.ts";
import { SALVAGE } from "./mutations/salvage.ts";
import { answerOf, type MutationCases, type State } from "./mutations/shape.ts";
import { TEST_BACKUP } from "./mutations/test-backup.ts";

const STATES: readonly State[] = ["done", "not-done", "partly", "unknown"];
type Mutating = Exclude<AnyAction, { readonly effect: "read" }>;

const CASES: readonly MutationCases[] = [
  ...CLOUD_FOUNDRY,
  ...CONTAINERS,
  ...ARCHIVE_AND_KEYS,
  ...CLEANUP,
  ...DRILL,
  ...RECOVER_TO_TIME,
  ...COMPOSE,
  ...TEST_BACKUP,
  ...SALVAGE,
];
const MUTATING = [...REGISTRY.values()].filter(({ effect }) => effect !== "read").map(({ id }) => id);

describe("every action that changes the world", () => {
  it("has its four answers here", () => {
    expect(CASES.map(({ action }) => action.id).sort()).toEqual([...MUTATING].sort());
  });

  it.each(CASES.map((one) => [one.action.id, one] as const))(
    "%s begins nothing after a take-over",
    async (_id, one) => {
      const scene = await one.acts();
      const before = scene.changes;
      scene.context.fence = new RecoverError("fenced", "taken over", { remedy: "Go on there." });
      const input = await one.input(scene);
      await expect(scene.perform(one.action, input)).rejects.toMatchObject({ code: "fenced" });
      expect(scene.changes).toEqual(before);
    },
  );

  it.each(CASES.map((one) => [one.action.id, one] as const))("%s announces each of its effects", async (_id, one) => {
    const scene = await one.acts();
    const before = scene.changes.length;
    const announced = scene.context.announced;
    await scene.perform(one.action, await one.input(scene)).catch(() => undefined);
    const made = scene.changes.length - before;
    expect(made).toBeGreaterThan(0);
    // Three roles change in one transaction.
    const effects = one.action.id === "postgres.set-role-passwords" ? 1 : made;
    expect(scene.context.announced - announced).toBe(effects);
  });
});

describe.each(CASES.map((one) => [one.action.id, one] as const))("the probe of %s", (_id, one) => {
  for (const state of STATES) {
    const answer = answerOf(one, state);
    if ("never" in answer)
      it(`never says ${state}: ${answer.never}`, () => {
        expect(answer.never).toMatch(/\w+ \w+/);
      });
    else
      it(`says ${state}, with evidence`, async () => {
        const found = await probe(await answer.world(), one);
        expect(found.evidence).toMatch(answer.evidence);
        expect(found.state).toBe(state);
      });
  }
});

/** A probe that throws reads as "unknown", as in the engine (src/engine/steps/proof.ts). */
async function probe(scene: Scene, { action, input }: MutationCases): Promise<Probe<unknown>> {
  const mutating = action as Mutating;
  const parsed = action.input.parse(await input(scene));
  try {
    return await mutating.probe(scene.context, parsed);
  } catch (thrown) {
    if (!(thrown instanceof RecoverError) || thrown.code === "unreachable") throw thrown;
    return { state: "unknown", evidence: thrown.message };
  }
}
