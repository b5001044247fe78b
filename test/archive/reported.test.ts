/** Archives that people reported, judged at every depth: what PostgreSQL brings back of each is known (fixtures/archive). */
import { describe, expect, it } from "vitest";
import { type ArchiveVerifyDocument, archiveVerify } from "../../src/cli/commands/archive/archive-verify-core.ts";
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
