/** Objects that a store lists and does not give: in cold storage, or gone for good. The store is asked, and not its names. */
import { describe, expect, it } from "vitest";
import { archiveVerify } from "../../../src/cli/commands/archive/archive-verify-core.ts";
import { readArchive } from "../../../src/archive/reading/facts.ts";
import { lookInside } from "../../../src/archive/reading/insides.ts";
import { formatLocation, keyIn } from "../../../src/archive/names/location.ts";
import { addBase, codesOf, judged, planned } from "../grown-archive.ts";
import type { MemoryObjectStore } from "../../fakes/memory-object-store.ts";
import { add, BASE, OLD, sampleArchive, segment, sentinelText, stamp, wholePart } from "../sample-archive.ts";

const verified = async (store: MemoryObjectStore, depth?: string) =>
  (await archiveVerify({ store, location: formatLocation(OLD), depth })).document;
const DEPTHS = [undefined, "deep", "full"] as const;

function chill(
  store: MemoryObjectStore,
  wanted: (relative: string) => boolean,
  storageClass = "GLACIER",
): readonly string[] {
  const keys = [...store.bucket(OLD.bucket).keys()].filter((key) => wanted(key.slice(OLD.prefix.length + 1)));
  for (const key of keys) {
    const { bytes, lastModified } = store.bucket(OLD.bucket).get(key) ?? { bytes: "", lastModified: stamp(1) };
    store.seed(OLD.bucket, key, bytes, { lastModified, storageClass });
  }
  return keys;
}

/** A second base backup at segment 4. */
function twoBases(): MemoryObjectStore {
  const store = sampleArchive({ whole: true });
  const name = addBase(store, 4);
  add(store, `basebackups_005/${name}/tar_partitions/part_00000000.tar.lzo`, wholePart(undefined, "old", segment(4)), {
    lastModified: stamp(4),
  });
  return store;
}

describe("objects in cold storage", () => {
  it.each(DEPTHS)("that the restore does not ask for hinder nothing (%s)", async (depth) => {
    const store = twoBases();
    const isOld = (key: string): boolean => key.includes(BASE) || /wal_005.0{7}10{15}[123]/.test(key);
    for (const key of chill(store, isOld)) store.frozen.add(key);
    const document = await verified(store, depth);
    expect([document.verdict, document.chosenBase]).toEqual(["restorable", `base_${segment(4)}_00000040`]);
    expect(codesOf(document)).not.toContain("cold-storage");
    expect((await planned(store)).base).toBe(`base_${segment(4)}_00000040`);
    expect((await judged(store, { restorer: "container" })).verdict).toBe("restorable");
  });

  it.each(DEPTHS)(
    "that were restored there, or whose class this program does not know, count as any other (%s)",
    async (depth) => {
      for (const storageClass of ["GLACIER", "SOMEBODYS_OWN_COLD"]) {
        const store = sampleArchive({ whole: true });
        chill(store, (key) => key.endsWith(".lzo"), storageClass);
        expect(await verified(store, depth)).toMatchObject({ verdict: "restorable", problems: [] });
      }
    },
  );

  it.each(DEPTHS)("that the restore needs leave it open, with the first of them (%s)", async (depth) => {
    const store = sampleArchive({ whole: true });
    for (const key of chill(store, (key) => key.endsWith(`${segment(4)}.lzo`))) store.frozen.add(key);
    const document = await verified(store, depth);
    expect([document.verdict, document.problems.map(({ code, key }) => [code, key])]).toEqual([
      "unknown",
      [["cold-storage", `wal_005/${segment(4)}.lzo`]],
    ]);
  });
});

describe("an object that is listed and not there", () => {
  const last = keyIn(OLD, `wal_005/${segment(6)}.lzo`);
  const fourth = keyIn(OLD, `wal_005/${segment(4)}.lzo`);

  it.each(DEPTHS)("counts as missing, after a second listing (%s)", async (depth) => {
    const store = sampleArchive({ whole: true });
    store.hollow.add(last);
    expect(await verified(store, depth)).toMatchObject({
      verdict: "restorable-with-loss",
      missing: [segment(6)],
      recoveryPoint: { segment: segment(5) },
    });
  });

  it.each(["deep", "full"] as const)("in the middle ends the replay before it (%s)", async (depth) => {
    const store = sampleArchive({ whole: true });
    store.hollow.add(fourth);
    expect(await verified(store, depth)).toMatchObject({
      missing: [segment(4)],
      unreachable: [segment(5), segment(6)],
    });
  });

  it("that is listed no more is a change, and nothing is judged", async () => {
    const store = sampleArchive({ whole: true });
    const reader = store.reader();
    const facts = await readArchive(reader, OLD);
    store.bucket(OLD.bucket).delete(last);
    const seen = lookInside(reader, facts, { depth: "deep", cold: () => false });
    await expect(seen).rejects.toMatchObject({ code: "object-changed" });
  });
});

describe("a sentinel of an old WAL-E", () => {
  it.each(DEPTHS)("that says less leaves open whether a last tar part is missing, and no more (%s)", async (depth) => {
    const store = sampleArchive({ whole: true });
    const key = `basebackups_005/${BASE}_backup_stop_sentinel.json`;
    const { wal_segment_backup_stop: stop, wal_segment_offset_backup_stop: offset } = JSON.parse(sentinelText()) as {
      readonly wal_segment_backup_stop: string;
      readonly wal_segment_offset_backup_stop: string;
    };
    const text = JSON.stringify({ wal_segment_backup_stop: stop, wal_segment_offset_backup_stop: offset });
    add(store, key, text, { lastModified: stamp(2) });
    const document = await verified(store, depth);
    expect([document.verdict, codesOf(document)]).toEqual(["restorable", ["parts-unproven"]]);
    expect((await planned(store)).mostBytes).toBeUndefined();
  });
});
