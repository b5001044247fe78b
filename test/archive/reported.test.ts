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
