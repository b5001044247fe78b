import { beforeEach, describe, expect, it } from "vitest";
import { parseListing } from "../../../../src/archive/copy/baseline.ts";
import {
  archiveCopy,
  type ArchiveCopyIntent,
  coldLines,
} from "../../../../src/cli/commands/archive/archive-copy-core.ts";
import { archiveVerify } from "../../../../src/cli/commands/archive/archive-verify-core.ts";
import { formatLocation } from "../../../../src/archive/names/location.ts";
import type { MemoryObjectStore } from "../../../fakes/memory-object-store.ts";
import { MemorySharedPlace, SharedMemory } from "../../../fakes/memory-shared-place.ts";
import { StillClock } from "../../../fakes/still-clock.ts";
import { add, BUCKET, drop, lzopLike, NEW, OLD, sampleArchive, segment } from "../../../archive/sample-archive.ts";

const location = formatLocation(OLD);
let store: MemoryObjectStore;
beforeEach(() => {
  store = sampleArchive();
});

describe("archive verify", () => {
  it("answers with the contract's document and exit code", async () => {
    const { document, exitCode, lines } = await archiveVerify({ store, location: `${location}/` });
    expect(exitCode).toBe(0);
    expect(document).toMatchObject({ schema: "dingo-recover/archive-verify@1", location, verdict: "restorable" });
    const contract =
      "verdict restorable reader systemId postgresVersion baseBackups timelines gaps missing unreachable recoveryPoint problems";
    expect(Object.keys(document)).toEqual(expect.arrayContaining(contract.split(" ")));
    expect(Object.keys(document.recoveryPoint ?? {}).sort()).toEqual(["lsn", "segment", "time", "timeline"]);
    expect(lines.join("\n")).toContain("no later than");
  });

  it("exits 0 with loss, 17 when not restorable, 15 when unknown", async () => {
    const withLoss = sampleArchive({ segments: [2, 4] });
    expect(await archiveVerify({ store: withLoss, location })).toMatchObject({ exitCode: 0 });
    const withoutSysid = sampleArchive();
    drop(withoutSysid, "sysids/sysid");
    expect(await archiveVerify({ store: withoutSysid, location })).toMatchObject({ exitCode: 17 });
    const cold = sampleArchive();
    add(cold, `wal_005/${segment(5)}.lzo`, lzopLike("5"), { storageClass: "GLACIER" });
    cold.frozen.add(`${OLD.prefix}/wal_005/${segment(5)}.lzo`);
    expect(await archiveVerify({ store: cold, location })).toMatchObject({ exitCode: 15 });
  });

  it("exits 17 if nothing goes back to the moment that was asked for", async () => {
    const ask = (targetTime: string) => archiveVerify({ store, location, targetTime: new Date(targetTime) });
    const never = await ask("2020-01-01T00:00:00Z");
    expect([never.exitCode, never.document.verdict]).toEqual([17, "restorable"]);
    const { document } = never;
    const within = await ask(document.recoveryPoint?.time ?? "");
    expect(within.exitCode).toBe(0);
  });

  it.each(["access-denied", "unreachable", "bucket-missing", "answer-incomplete"] as const)(
    "prints its own document when the store answers %s",
    async (code) => {
      store.refusals.set("list", code);
      const { document, exitCode } = await archiveVerify({ store, location });
      expect(exitCode).toBe(15);
      expect(document).toMatchObject({ verdict: "unknown", restorable: false, problems: [{ code }] });
    },
  );

  it("refuses what is no location, and readers that it does not have", async () => {
    await expect(archiveVerify({ store, location: "s3://bucket/../other" })).rejects.toMatchObject({
      code: "input-invalid",
    });
    await expect(archiveVerify({ store, location, reader: "pgbackrest" })).rejects.toMatchObject({ code: "usage" });
  });

  it("tells a person the outcome first, within 80 columns, and ends with how deep it looked", async () => {
    const store = sampleArchive({ segments: [1, 2, 3, 5, 6] });
    const deletedAt = new Date("2026-11-21T02:35:21Z");
    const { lines, document } = await archiveVerify({ store, location, deletedAt });
    const [first = "", ...rest] = lines;
    expect(first).toBe(`${location}: restorable with loss`);
    for (const line of rest) expect(line.length, line).toBeLessThanOrEqual(80);
    const text = lines.join(" ").replace(/\s+/g, " ");
    for (const said of [
      "3 segments (1 missing, 2 unreachable) are lost: the recovered data end at 2026-11-21T02:30:00.000Z or earlier, 6 min",
      "6 min before the deletion at 2026-11-21T02:35:21.000Z; later writes may be lost",
      "recovery_target_timeline = 'latest'",
      "between 2026-11-21 02:30:00Z and 2026-11-21 02:50:00Z",
      "--deep looks into the objects",
    ])
      expect(text).toContain(said);
    const most = { since: "2026-11-21T02:30:00.000Z", by: "segment", until: deletedAt.toISOString(), seconds: 321 };
    expect(document.lossRange).toMatchObject({ atLeast: { segments: 3 }, atMost: most, shown: "" });
    expect(lines.at(-1)?.trim() ?? "").not.toBe("");
    expect(document.cost).toMatchObject({ depth: "names", requests: expect.any(Number) });
  });

  it("tells of segments alone if nobody said when it was deleted", async () => {
    const { lines, document } = await archiveVerify({ store: sampleArchive({ segments: [1, 2, 3, 5, 6] }), location });
    expect(lines.join("\n")).toContain("lost after the recovery point: 3 segments (1 missing, 2 unreachable)");
    expect(document.lossRange).toBeNull();
  });

  it("shows a person some of many findings of one kind, and how many there are", async () => {
    for (let number = 0; number < 9; number += 1) add(store, `wal_005/notes-${number}.txt`, "x");
    const { lines, document } = await archiveVerify({ store, location });
    expect(lines.filter((line) => line.startsWith("  unknown-object"))).toHaveLength(4);
    expect(lines.join("\n")).toContain("unknown-object: at least 6 more");
    expect(document.problems).toHaveLength(9);
  });

  it("counts a request that was refused", async () => {
    store.refusals.set("list", "unreachable");
    const { document } = await archiveVerify({ store, location });
    expect(document).toMatchObject({ verdict: "unknown", cost: { requests: 1, bytes: 0 } });
  });

  it("does not ask for a deep look that it could not take", async () => {
    store.refusals.set("list", "unreachable");
    const { lines } = await archiveVerify({ store, location, depth: "deep" });
    expect(lines.at(-1)).toBe("No object could be looked into: 1 request, 0 kB read.");
  });

  it("says that lifecycle rules are not known if it may not look", async () => {
    const said = async (): Promise<string> => (await archiveVerify({ store, location })).lines.join(" ");
    expect(await said()).not.toContain("Lifecycle");
    store.refusals.set("lifecycle", "access-denied");
    expect((await said()).replace(/\s+/g, " ")).toContain("Lifecycle rules of the bucket: not known");
  });

  it.each([
    ["timeline", "0"],
    ["timeline", "newest"],
    ["depth", "abyss"],
  ])("refuses %s %s", async (option, value) => {
    const verify = archiveVerify({ store, location, [option]: value });
    await expect(verify).rejects.toMatchObject({ code: "usage" });
  });

  it("shows hostile keys without their control characters", async () => {
    add(store, "wal_005/\u001b[2Jnew\nline", "x");
    const { lines } = await archiveVerify({ store, location });
    expect(lines.join("")).not.toMatch(/\p{Cc}/u);
  });
});

describe("archive copy", () => {
  const destination = formatLocation(NEW);
  const clock = new StillClock();

  it("tells sizes as a person reads them", async () => {
    add(store, `wal_005/${segment(7)}.lzo`, Buffer.alloc(3_200_000, 1));
    const { lines } = await archiveCopy({ store, clock, source: location, destination });
    expect(lines.join("\n")).toContain("12 objects, 3.2 MB: 12 copied, 0 were there");
  });

  it.each(["", "/inside", "/.."])(
    "refuses the source by another name of its bucket, before any change: %j",
    async (below) => {
      store.alias("a-point-s3alias", BUCKET);
      const prefix = below === "/.." ? OLD.prefix.replace(/\/wal$/, "") : `${OLD.prefix}${below}`;
      const copy = archiveCopy({ store, clock, source: location, destination: `s3://a-point-s3alias/${prefix}` });
      await expect(copy).rejects.toMatchObject({ code: "source-protected", effect: "none" });
      expect(store.changes).toEqual([]);
    },
  );

  it("copies to the same prefix of another bucket, twice", async () => {
    store.bucket("another-bucket");
    const copy = () =>
      archiveCopy({ store, clock, source: location, destination: `s3://another-bucket/${OLD.prefix}` });
    expect(await copy()).toMatchObject({ document: { copied: 11 } });
    expect(await copy()).toMatchObject({ document: { copied: 0, alreadyThere: 11 } });
  });

  it.each(["wal_005//x", "a/../b", "a/%2e%2e/b", "./x"])(
    "refuses a source with the key %j before the first copy",
    async (key) => {
      add(store, key, "x");
      const copy = archiveCopy({ store, clock, source: location, destination });
      await expect(copy).rejects.toMatchObject({ code: "source-protected", effect: "none" });
      expect(store.changes).toEqual([]);
    },
  );

  it("copies, compares and says so; a second run finds everything there", async () => {
    const first = await archiveCopy({ store, clock, source: location, destination });
    expect(first).toMatchObject({ exitCode: 0, document: { objects: 11, copied: 11, alreadyThere: 0 } });
    const second = await archiveCopy({ store, clock, source: location, destination });
    expect(second).toMatchObject({ exitCode: 0, document: { objects: 11, copied: 0, alreadyThere: 11 } });
  });

  it("keeps the times of the originals beside the destination, the same file for the same copy", async () => {
    const before = await store.reader().list(BUCKET, `${OLD.prefix}/`);
    const places = new Map<string, MemorySharedPlace>();
    const shared = ({ bucket, prefix }: { readonly bucket: string; readonly prefix: string }) => {
      const name = `s3://${bucket}/${prefix}`;
      const place = places.get(name) ?? new MemorySharedPlace(new SharedMemory());
      places.set(name, place);
      return place;
    };
    const first = await archiveCopy({ store, clock, source: location, destination, shared });
    const second = await archiveCopy({ store, clock, source: location, destination, shared });
    expect([...places.keys()]).toEqual([`s3://${BUCKET}/${NEW.prefix.replace(/wal$/, "dingo-recover/manifests")}`]);
    const [place] = places.values();
    const names = (await place?.list("")) ?? [];
    expect(names).toHaveLength(1);
    expect(first.document.manifest).toBe(`s3://bucket/leases/${names[0] ?? ""}`);
    expect(second.document.manifest).toBe(first.document.manifest);
    expect(parseListing((await place?.read(names[0] ?? ""))?.content ?? "")).toEqual({
      location: OLD,
      objects: before,
    });
    expect(first.lines.join("\n")).toContain("original times");
  });

  it("says whether the store itself refuses to overwrite", async () => {
    for (const honours of [true, false]) {
      store.honoursAbsence = honours;
      const { document, lines } = await archiveCopy({ store, clock, source: location, destination });
      expect(document.refusesOverwrite).toBe(honours);
      expect(lines.at(-1)).toMatch(honours ? /refused to overwrite/ : /ignores If-None-Match/);
    }
  });

  it("overwrites nothing that somebody writes to the destination meanwhile, if the store honours that", async () => {
    const late = `${NEW.prefix}/sysids/sysid`;
    const progress = (done: number): void => {
      if (done === 1) store.seed(BUCKET, late, "9999999999999999999\n");
    };
    const copy = archiveCopy({ store, clock, source: location, destination, progress });
    await expect(copy).rejects.toMatchObject({ code: "target-not-fresh" });
    expect(store.changes).not.toContain(`copy ${late}`);
  });

  it("says before anything is copied what lies in cold storage", async () => {
    store.seed(BUCKET, `${OLD.prefix}/wal_005/${segment(9)}.lzo`, "x", { storageClass: "GLACIER" });
    const seen: (readonly string[])[] = [];
    const approve = (intent: ArchiveCopyIntent): Promise<boolean> => {
      seen.push(coldLines(intent));
      return Promise.resolve(false);
    };
    const copy = archiveCopy({ store, clock, source: location, destination, approve });
    await expect(copy).rejects.toMatchObject({ code: "stopped-by-operator" });
    expect(seen).toEqual([["1 object of storage class GLACIER: have them restored first, or the copy stops there"]]);
  });

  it("copies nothing without approval, which sees what would be copied", async () => {
    const seen: number[] = [];
    const approve = (intent: { readonly objects: number }): Promise<boolean> => {
      seen.push(intent.objects);
      return Promise.resolve(false);
    };
    const copy = archiveCopy({ store, clock, source: location, destination, approve });
    await expect(copy).rejects.toMatchObject({ code: "stopped-by-operator" });
    expect(seen).toEqual([11]);
    expect(store.changes).toEqual([]);
  });

  it("refuses a destination in the source, an empty source and a destination in use", async () => {
    const copy = (source: string, to: string) => archiveCopy({ store, clock, source, destination: to });
    await expect(copy(location, `${location}/copy`)).rejects.toMatchObject({ code: "source-protected" });
    await expect(copy(location, location)).rejects.toMatchObject({ code: "source-protected" });
    await expect(copy(destination, `s3://${BUCKET}/x`)).rejects.toMatchObject({ code: "nothing-found" });
    store.seed(BUCKET, `${NEW.prefix}/sysids/sysid`, "1234567890\n");
    await expect(copy(location, destination)).rejects.toMatchObject({ code: "target-not-fresh" });
    expect(store.changes).toEqual([]);
  });

  it("notices a living container that adds to the source", async () => {
    const progress = (done: number): void => {
      if (done === 11) add(store, `wal_005/${segment(7)}.lzo`, lzopLike("alive"));
    };
    const copy = archiveCopy({ store, clock, source: location, destination, progress });
    await expect(copy).rejects.toMatchObject({ code: "object-changed" });
  });
});
