/** Archives that people reported, judged at every depth: what PostgreSQL brings back of each is known (fixtures/archive). */
import { describe, expect, it } from "vitest";
import { type ArchiveVerifyDocument, archiveVerify } from "../../src/cli/commands/archive/archive-verify-core.ts";
import { readArchive } from "../../src/archive/reading/facts.ts";
import { planRestore } from "../../src/archive/restore/plan.ts";
import { formatLocation } from "../../src/archive/names/location.ts";
import type { MemoryObjectStore } from "../fakes/memory-object-store.ts";
import { reportedArchive } from "./reported-archive.ts";
import { OLD, segment } from "./sample-archive.ts";

async function verified(store: MemoryObjectStore, depth?: "deep" | "full"): Promise<ArchiveVerifyDocument> {
  return (await archiveVerify({ store, location: formatLocation(OLD), depth })).document;
}

describe("a partial segment under a full name", () => {
  it("ends the replay inside it, with everything behind it lost", async () => {
    expect(await verified(await reportedArchive("partial-under-full-name"), "full")).toMatchObject({
      verdict: "restorable-with-loss",
      recoveryPoint: { segment: segment(4), lsn: "0/40001A8" },
      missing: [],
      unreachable: [segment(5), segment(6), segment(7)],
    });
  });
});

describe("segments of 64 MiB", () => {
  it.each([undefined, "deep", "full"] as const)(
    "are all there, and nothing is missing between them (%s)",
    async (depth) => {
      const document = await verified(await reportedArchive("segments-64MB"), depth);
      expect(document).toMatchObject({
        verdict: "restorable",
        problems: [],
        missing: [],
        segmentBytes: 64 * 1024 * 1024,
        segmentsToReplay: 9,
        recoveryPoint: { segment: "000000010000000100000003", lsn: "1/10000000" },
        timelines: [{ first: "00000001000000000000003A", last: "000000010000000100000003", segments: 10 }],
        gaps: [],
      });
    },
  );

  it("are restored in their order", async () => {
    const reader = (await reportedArchive("segments-64MB")).reader();
    const plan = planRestore(await readArchive(reader, OLD, { times: true }));
    expect(plan.segments.map(({ name }) => name.slice(8))).toEqual(
      ["3B", "3C", "3D", "3E", "3F", "100", "101", "102", "103"].map((end) =>
        end.length === 2 ? `00000000000000${end}` : `0000000100000${end.replace(/^1/, "0")}`,
      ),
    );
  });
});

describe("a cluster that was made anew below the prefix of another", () => {
  it.each([undefined, "deep", "full"] as const)("is whole, and the other is named and left out (%s)", async (depth) => {
    const document = await verified(await reportedArchive("reborn-cluster"), depth);
    expect(document).toMatchObject({
      verdict: "restorable",
      loss: { segments: 0 },
      missing: [],
      unreachable: [],
      recoveryPoint: { segment: segment(5) },
      systemId: "7712153237083938395",
    });
    const told = document.problems.map(({ code, message }) => [code, message.includes("7712153182123690887")]);
    expect(told).toEqual([["foreign-wal", true]]);
  });
});
