/** The container ran again after its data directory had been moved aside (dingo.md §8, row 15). */
import { describe, expect, it } from "vitest";
import { setDataAside } from "../../../src/foundation/actions/docker/set-data-aside.ts";
import { DATA, failure, RUN, type Scene, TAG, TARGET } from "../../traps/scene.ts";
import { stopped } from "../../wiring/mutations/worlds.ts";

const input = { ...TARGET, run: RUN };
const directories = (scene: Scene): string[] =>
  [...scene.cell.directories].filter((path) => !path.includes(`${DATA}/`));

/** Adds the directory that the container made in the empty one. */
function ranAgain(scene: Scene): void {
  scene.cell.directories.add(`${DATA}/postgres0`);
}

describe("a data directory that was filled again", () => {
  it("goes aside under a name of its own, beside the empty database, and an empty one takes its place", async () => {
    const scene = stopped();
    const first = await scene.perform(setDataAside, input);
    ranAgain(scene);
    expect(await scene.probe(setDataAside, input)).toBe("partly");
    expect(await scene.perform(setDataAside, input)).toEqual(first);
    expect(await scene.probe(setDataAside, input)).toBe("done");
    expect(directories(scene)).toEqual(expect.arrayContaining([DATA, `${DATA}.${TAG}`, `${DATA}.${TAG}-2`]));
    ranAgain(scene);
    await scene.perform(setDataAside, input);
    expect(directories(scene)).toContain(`${DATA}.${TAG}-3`);
  });

  it("is left as it is once that has happened nine times", async () => {
    const scene = stopped();
    for (let time = 0; time < 9; time += 1) {
      await scene.perform(setDataAside, input);
      ranAgain(scene);
    }
    await expect(scene.perform(setDataAside, input)).rejects.toEqual(failure("guard-refused", /started again 9 times/));
  });
});
