/** One stray key in an archive that is whole: it is named, and nothing is unknown for it. */
import { describe, expect, it } from "vitest";
import { readArchive } from "../../../src/archive/reading/facts.ts";
import { verifyArchive } from "../../../src/archive/judgement/verify.ts";
import { codesOf, left, packedText, planned } from "../grown-archive.ts";
import { loadSegments, restorable } from "../restorable-archive.ts";
import { add, BASE, lzopLike, OLD, sampleArchive, segment } from "../sample-archive.ts";

describe.each(["container", "person"] as const)("a stray key, for a %s,", (restorer) => {
  it.each([
    ["of another segment size", "wal_005/000000010000000000000100.lzo", "stray"],
    ["in another packing, with nothing in it", `wal_005/${segment(7)}.lz4`, "stray"],
    ["in another packing, beside the segment itself", `wal_005/${segment(3)}.lz4`, "x".repeat(100)],
    ["in no packing, beside the segment itself", `wal_005/${segment(3)}`, "x".repeat(100)],
    [
      "in another packing, beside the part itself",
      `basebackups_005/${BASE}/tar_partitions/part_00000000.tar.lz4`,
      "x".repeat(100),
    ],
    ["of a history with nothing in it", "wal_005/00000002.history.lzo", "stray"],
    ["of a history of some other timeline", "wal_005/0000000F.history.lzo", packedText(left(14, "0/5000098"))],
    ["of a partial segment with nothing in it", `wal_005/${segment(7)}.partial.lzo`, "stray"],
    ["of WAL-G that no restore needs", `wal_005/${segment(3)}_delta`, lzopLike("map")],
    ["in no form at all", "wal_005/stray", "stray"],
  ])("%s", async (_what, key, content) => {
    const store = sampleArchive();
    add(store, key, content);
    const verdict = verifyArchive(await readArchive(store.reader(), OLD, { times: true }), { restorer });
    expect(verdict).toMatchObject({ verdict: "restorable", recoveryPoint: { segment: segment(6) } });
    expect(verdict.loss.segments).toBe(0);
    expect((await planned(store)).lost.segments).toBe(0);
  });
});

describe("a name that fits no segment of 16 MiB", () => {
  it("is a stray one if the archive's own pages tell 16 MiB, whatever its size", async () => {
    await loadSegments();
    const store = restorable();
    add(store, "wal_005/000000010000000000000100.lzo", lzopLike("of some length"));
    const verdict = verifyArchive(await readArchive(store.reader(), OLD, { times: true }));
    expect(verdict.verdict).toBe("restorable");
    expect(codesOf(verdict)).toEqual(["unknown-object"]);
  });

  it("leaves the verdict unknown if nothing tells", async () => {
    const store = sampleArchive();
    add(store, "wal_005/000000010000000000000100.lzo", lzopLike("of some length"));
    const verdict = verifyArchive(await readArchive(store.reader(), OLD, { times: true }));
    expect([verdict.verdict, codesOf(verdict)]).toEqual(["unknown", ["other-segment-size"]]);
  });
});

describe("a sentinel whose name fits no segment of 16 MiB", () => {
  const KEY = "basebackups_005/base_000000010000000000000100_00000040_backup_stop_sentinel.json";

  async function judgedWith(at: number, restorer: "container" | "person") {
    await loadSegments();
    const store = restorable();
    add(store, KEY, "{}", { lastModified: new Date(Date.parse("2026-11-22T00:52:31Z") + at * 1000).toISOString() });
    return verifyArchive(await readArchive(store.reader(), OLD, { times: true }), { restorer });
  }

  it.each([
    ["person", 60],
    ["person", -60],
    ["container", -60],
  ] as const)("is a stray one for a %s, %i s after the newest base backup", async (restorer, at) => {
    const verdict = await judgedWith(at, restorer);
    expect([verdict.verdict, codesOf(verdict)]).toEqual(["restorable", ["unknown-object"]]);
  });

  it.each([0, 60])("is what a container may take, %i s after the newest base backup", async (at) => {
    const verdict = await judgedWith(at, "container");
    expect([verdict.verdict, codesOf(verdict)]).toEqual(["unknown", ["other-segment-size"]]);
  });
});
