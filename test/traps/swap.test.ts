/** The new archive goes aside, the old one comes in: never the other way round, never a mixture (dingo.md §1.9). */
import { describe, expect, it } from "vitest";
import { copy } from "../../src/foundation/actions/archive/copy.ts";
import { setAside } from "../../src/foundation/actions/archive/set-aside.ts";
import { verifySource } from "../../src/foundation/actions/archive/verify-source.ts";
import { formatLocation } from "../../src/archive/names/location.ts";
import { BUCKET, NEW, OLD, segment, lzopLike, sampleArchive, stamp } from "../archive/sample-archive.ts";
import type { JsonObject } from "../../src/action.ts";
import type { ObjectStore } from "../../src/ports/object-store.ts";
import type { MemoryObjectStore } from "../fakes/memory-object-store.ts";
import { CREATED_AT, NEW_SYSID, OLD_GUID, RUN, Scene, TARGET } from "./scene.ts";

const SOURCE = formatLocation(OLD);
const FRESH = formatLocation(NEW);
const ASIDE = { ...TARGET, source: SOURCE, target: FRESH, created_at: CREATED_AT, run: RUN };

async function verified(scene: Scene): Promise<JsonObject> {
  const found = await scene.perform(verifySource, {
    guid: OLD_GUID,
    archive: "",
    deleted_at: "2026-11-21T03:10:00Z",
    accept_loss: 0,
  });
  return { ...TARGET, source: SOURCE, target: FRESH, baseline: found["baseline"] ?? null };
}

describe("moving the new archive aside", () => {
  it("is refused if source and target are swapped", async () => {
    const scene = new Scene().withNew().withOldArchive().stopped();
    const asked = { ...ASIDE, source: FRESH, target: SOURCE };
    await scene.refuses(setAside, asked, "target-not-fresh", /is not the archive of/);
  });

  it("is refused if source and target are one", async () => {
    const scene = new Scene().withNew().withOldArchive().stopped();
    await scene.refuses(setAside, { ...ASIDE, source: FRESH }, "source-protected", /is the source/);
  });

  it("is refused if the archive is older than the instance: a fresh one is a rule, not a count of about six", async () => {
    const scene = new Scene().withNew().withOldArchive().stopped();
    const relative = `${NEW.prefix}/wal_005/${segment(1)}.lzo`;
    scene.store.seed(BUCKET, relative, lzopLike("somebody's data"), { lastModified: stamp(-100) });
    await scene.refuses(setAside, ASIDE, "target-not-fresh", /older than the instance/);
  });

  it("is refused while the container runs and archives", async () => {
    const scene = new Scene().withNew().withOldArchive();
    await scene.refuses(setAside, ASIDE, "target-not-fresh", /runs and writes/);
  });

  it("empties the target: every name of it collides with one of the old archive", async () => {
    const scene = new Scene().withNew().withOldArchive().stopped();
    await scene.perform(setAside, ASIDE);
    const left = [...scene.store.bucket(BUCKET).keys()].filter((key) => key.startsWith(`${NEW.prefix}/`));
    expect(left).toEqual([]);
    const aside = `backups/${TARGET.guid}/dingo-recover/${RUN}/replaced/sysids/sysid`;
    expect(Buffer.from(scene.store.bucket(BUCKET).get(aside)?.bytes ?? []).toString()).toBe(`${NEW_SYSID}\n`);
  });
});

describe("copying the old archive in", () => {
  it("is refused while the container runs", async () => {
    const scene = new Scene().withNew().withOldArchive();
    await scene.refuses(copy, await verified(scene), "guard-refused", /runs and writes/);
  });

  it("is refused over a target that was not emptied, if names and sizes are the same", async () => {
    const scene = new Scene().withNew().withOldArchive().stopped();
    await scene.refuses(copy, await verified(scene), "target-not-fresh", /foreign/);
  });

  it("brings the old system identifier, which a sync would have left out", async () => {
    const scene = new Scene().withNew().withOldArchive().stopped();
    const input = await verified(scene);
    await scene.perform(setAside, ASIDE);
    await scene.perform(copy, input);
    const world = scene.store.world(BUCKET);
    const of = (prefix: string): readonly (readonly [string, string])[] =>
      Object.entries(world)
        .filter(([key]) => key.startsWith(`${prefix}/`))
        .map(([key, hash]) => [key.slice(prefix.length), hash] as const);
    expect(of(NEW.prefix)).toEqual(of(OLD.prefix));
    expect(world).toMatchObject(sampleArchive({ whole: true }).world(BUCKET));
  });

  it("does not believe a store that confirms a copy and does not show it", async () => {
    const scene = new Scene().withNew().withOldArchive().stopped();
    const input = await verified(scene);
    await scene.perform(setAside, ASIDE);
    forgetting(scene.store, "sysids/sysid");
    await scene.fails(copy, input, "proof-failed", /1 of 11 objects are not in the copy/);
  });
});

/** A store that says yes to copies of one object and forgets them. */
function forgetting(store: MemoryObjectStore, relative: string): void {
  const writer = store.writer.bind(store);
  store.writer = (places): ObjectStore => {
    const open = writer(places);
    return {
      ...open,
      copy: async (from, to, options) => {
        const copied = await open.copy(from, to, options);
        if (to.key.endsWith(relative)) store.bucket(to.bucket).delete(to.key);
        return copied;
      },
    };
  };
}
