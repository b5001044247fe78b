/** The container ran between the move of its archive and the copy (dingo.md §8, row 15): all of it is moved once more. */
import { describe, expect, it } from "vitest";
import { copy } from "../../../src/foundation/actions/archive/copy.ts";
import { setAside } from "../../../src/foundation/actions/archive/set-aside.ts";
import { lzopLike, NEW, segment, stamp } from "../../archive/sample-archive.ts";
import { failure, RUN, type Scene } from "../../traps/scene.ts";
import { asideInput, baselineOf, copied, emptied, stopped } from "../../wiring/mutations/worlds.ts";

const keysBelow = (scene: Scene, place: string): string[] =>
  [...scene.store.bucket(NEW.bucket).keys()].filter((key) => key.includes(place));

function write(scene: Scene, relative: string, content: string | Uint8Array): void {
  scene.store.seed(NEW.bucket, `${NEW.prefix}/${relative}`, content, { lastModified: stamp(20) });
}

describe("an archive that was written again after it had been moved aside", () => {
  it("goes to a place of its own with what was copied there, and the copy is made again", async () => {
    const scene = await copied();
    write(scene, `wal_005/${segment(7, 2)}.lzo`, lzopLike("started again"));
    write(scene, "sysids/sysid", "7710592790500450521\n");
    const first = keysBelow(scene, `/dingo-recover/${RUN}/replaced/`);
    const input = { ...asideInput, ...(await baselineOf(scene)) };
    expect(await scene.perform(setAside, input)).toMatchObject({
      aside: expect.stringMatching(/\/dingo-recover\/[^/]+\/replaced-2$/) as string,
    });
    expect(keysBelow(scene, `/dingo-recover/${RUN}/replaced/`)).toEqual(first);
    expect(keysBelow(scene, `${NEW.prefix}/`)).toEqual([]);
    await scene.perform(copy, await baselineOf(scene));
    expect(await scene.probe(copy, await baselineOf(scene))).toBe("done");
  });

  it("is left as it is if something there is neither a copy nor a fresh instance's own", async () => {
    const scene = await copied();
    write(scene, "wal_005/readme.txt", "whose is this?");
    const input = { ...asideInput, ...(await baselineOf(scene)) };
    await expect(scene.perform(setAside, input)).rejects.toEqual(failure("target-not-fresh", /readme\.txt/));
  });

  it("is not taken for that if a move was interrupted before its last delete", async () => {
    const scene = await emptied();
    const [aside = ""] = keysBelow(scene, `/dingo-recover/${RUN}/replaced/wal_005/`);
    const back = aside.replace(`dingo-recover/${RUN}/replaced/`, "wal/");
    const object = scene.store.bucket(NEW.bucket).get(aside);
    if (object !== undefined) scene.store.bucket(NEW.bucket).set(back, object);
    expect(await scene.perform(setAside, asideInput)).toMatchObject({
      aside: expect.stringMatching(/\/replaced$/) as string,
    });
    expect(keysBelow(scene, `${NEW.prefix}/`)).toEqual([]);
  });
});

describe("an archive that was moved aside by a plan that the journal has lost", () => {
  it("is not taken for one of which nothing was moved: the plan is made of what lies aside, and nothing moves twice", async () => {
    const scene = await emptied();
    scene.context.notes.length = 0;
    expect(await scene.probe(setAside, asideInput)).toBe("partly");
    const changes = scene.store.changes.length;
    expect(await scene.perform(setAside, asideInput)).toMatchObject({ objects: 8 });
    expect(scene.store.changes.length).toBe(changes);
    expect(await scene.probe(setAside, asideInput)).toBe("done");
  });

  it("is moved to its end if it was moved in part", async () => {
    const scene = stopped();
    scene.store.dieAfterChanges = scene.store.changes.length + 7;
    await expect(scene.perform(setAside, asideInput)).rejects.toThrow();
    scene.store.dieAfterChanges = Number.POSITIVE_INFINITY;
    scene.context.notes.length = 0;
    expect(await scene.probe(setAside, asideInput)).toBe("partly");
    expect(await scene.perform(setAside, asideInput)).toMatchObject({ objects: 8 });
    expect(keysBelow(scene, `${NEW.prefix}/`)).toEqual([]);
    expect(keysBelow(scene, `/dingo-recover/${RUN}/replaced/`).length).toBe(8);
  });
});
