/** The contract of every place that machines share: the one in memory, the box's by the AWS SDK, and MinIO's. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ErrorCode } from "../../src/errors.ts";
import { tryConditions } from "../../src/engine/lease/keeper.ts";
import type { SharedPlace } from "../../src/ports/shared-place.ts";

export interface SharedPlaceWorld {
  readonly place: SharedPlace;
  /** Credentials that may do nothing; absent if there are none. */
  readonly denied?: SharedPlace;
  /** Nothing listens there. */
  readonly unreachable: SharedPlace;
  /** In a bucket that is not there; absent if there are no buckets. */
  readonly nowhere?: SharedPlace;
  close(): Promise<void>;
}

export function sharedPlaceContract(name: string, open: () => Promise<SharedPlaceWorld>): void {
  describe(`shared place contract: ${name}`, () => {
    let world: SharedPlaceWorld;
    let place: SharedPlace;
    beforeAll(async () => {
      world = await open();
      place = world.place;
    });
    afterAll(() => world.close());

    it("gives back what was written, and says when nothing is there", async () => {
      expect(await place.read("a/absent.json")).toBeUndefined();
      const written = await place.write("a/one.json", "ünï\n", "any");
      expect(await place.read("a/one.json")).toEqual({ content: "ünï\n", version: versionOf(written) });
    });

    it("writes over nothing if the name is taken", async () => {
      expect(await place.write("b/one", "first", "absent")).toMatchObject({ is: "written" });
      expect(await place.write("b/one", "second", "absent")).toEqual({ is: "refused" });
      expect((await place.read("b/one"))?.content).toBe("first");
    });

    it("writes over exactly the version that was seen", async () => {
      const first = versionOf(await place.write("c/one", "first", "any"));
      const second = versionOf(await place.write("c/one", "second", { version: first }));
      expect(second).not.toBe(first);
      expect(await place.write("c/one", "third", { version: first })).toEqual({ is: "refused" });
      expect((await place.read("c/one"))?.content).toBe("second");
    });

    it("writes nothing over a version of what is not there", async () => {
      const version = versionOf(await place.write("d/one", "x", "any"));
      expect(await place.write("d/absent", "x", { version })).toEqual({ is: "refused" });
      expect(await place.read("d/absent")).toBeUndefined();
    });

    it("lets one of many win who write at the same moment", async () => {
      const tries = Array.from({ length: 8 }, (_, index) => place.write("e/one", `writer ${index}`, "absent"));
      const written = (await Promise.all(tries)).filter(({ is }) => is === "written");
      expect(written).toHaveLength(1);
      expect((await place.read("e/one"))?.version).toBe(written[0]?.is === "written" ? written[0].version : "");
    });

    it("lists what lies below a prefix, in order, without what it is itself below", async () => {
      for (const key of ["f/b", "f/a/2", "f/a/1", "ff"]) await place.write(key, key, "any");
      expect(await place.list("f/")).toEqual(["f/a/1", "f/a/2", "f/b"]);
      expect(await place.list("nothing/")).toEqual([]);
    });

    it("is found to honour conditions", async () => {
      expect(await tryConditions(place)).toEqual({ absent: true, version: true });
      expect(await tryConditions(place)).toEqual({ absent: true, version: true });
    });

    it("never takes silence, a refusal or a missing bucket for an absent object", async () => {
      const { unreachable, denied, nowhere } = world;
      const cases: (readonly [SharedPlace | undefined, ErrorCode])[] = [
        [unreachable, "unreachable"],
        [denied, "access-denied"],
        [nowhere, "bucket-missing"],
      ];
      for (const [there, code] of cases) {
        if (there === undefined) continue;
        await expect(there.read("a/one.json")).rejects.toMatchObject({ code });
        await expect(there.list("a/")).rejects.toMatchObject({ code });
        await expect(there.write("a/one.json", "x", "absent")).rejects.toMatchObject({ code });
      }
    });
  });
}

function versionOf(written: Awaited<ReturnType<SharedPlace["write"]>>): string {
  if (written.is !== "written") throw new Error(`it was not written but ${written.is}`);
  return written.version;
}
