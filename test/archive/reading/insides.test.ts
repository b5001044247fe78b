/** Facts that a look into the objects proves, and their names cannot. */
import { describe, expect, it } from "vitest";
import { archiveVerify } from "../../../src/cli/commands/archive/archive-verify-core.ts";
import type { ArchiveVerifyDocument } from "../../../src/cli/commands/archive/archive-verify-core.ts";
import { formatLocation, keyIn } from "../../../src/archive/names/location.ts";
import { lzop, type Run } from "../../../src/rehearsal/world/formats/lzop.ts";
import { tar } from "../../../src/rehearsal/world/formats/tar.ts";
import { bytesOf, vitalMembers } from "../vital-members.ts";
import type { MemoryObjectStore } from "../../fakes/memory-object-store.ts";
import {
  loadSegments,
  ofSecondWriter,
  packed as packedWhole,
  realSegment,
  restorable,
  segmentOf,
  walKey,
} from "../restorable-archive.ts";
import {
  add,
  BASE,
  drop,
  OLD,
  RECORDS,
  records,
  sampleArchive,
  segment,
  sentinelText,
  stamp,
  SYSID,
} from "../sample-archive.ts";

const SEGMENT_BYTES = 16 * 1024 * 1024;
const OTHER_SYSID = "7710592790500450521";
const PART = `basebackups_005/${BASE}/tar_partitions/part_00000000.tar.lzo`;
const MEMBERS = [
  { name: "base/12411/16385", content: [Buffer.from("rows"), 3_000_000] },
  ...vitalMembers(segment(2), SYSID),
];
const EXPANDED = bytesOf(MEMBERS);

interface Page {
  readonly magic?: number;
  readonly timeline?: number;
  readonly address?: bigint;
  readonly sysid?: string;
  readonly segmentBytes?: number;
  /** Behind the first page's header nothing was written, and no record told a switch. */
  readonly ends?: true;
}

function wal(number: number, page: Page = {}): Buffer {
  const header = Buffer.alloc(40);
  header.writeUInt16LE(page.magic ?? 0xd093, 0);
  header.writeUInt16LE(2, 2);
  header.writeUInt32LE(page.timeline ?? 1, 4);
  header.writeBigUInt64LE(page.address ?? BigInt(number) * BigInt(SEGMENT_BYTES), 8);
  header.writeBigUInt64LE(BigInt(page.sysid ?? SYSID), 24);
  header.writeUInt32LE(page.segmentBytes ?? SEGMENT_BYTES, 32);
  header.writeUInt32LE(8192, 36);
  const rest = SEGMENT_BYTES - 40;
  return packed(page.ends === true ? [header, rest] : [header, records(number), rest - RECORDS]);
}

const packed = (runs: readonly Run[]): Buffer => lzop(runs, { mtime: 1, fileMode: 0o100600 });

/** Ends with more zeros than the mark of an end has. */
function cutInZeros(whole: Buffer): Buffer {
  const at = whole.lastIndexOf(Buffer.alloc(16), whole.length >> 1);
  if (at < 0) throw new Error("there is no run of zeros");
  return whole.subarray(0, at + 16);
}

/** Segments 1 to 6 with real pages, and a base backup that fits its sentinel. */
function realArchive(): MemoryObjectStore {
  const store = sampleArchive();
  for (let number = 1; number <= 6; number += 1) put(store, number, wal(number));
  add(store, PART, packed(tar([...MEMBERS])));
  add(
    store,
    `basebackups_005/${BASE}_backup_stop_sentinel.json`,
    sentinelText(segment(2), { expanded_size_bytes: EXPANDED }),
  );
  return store;
}

function put(store: MemoryObjectStore, number: number, content: Uint8Array): void {
  add(store, `wal_005/${segment(number)}.lzo`, content, { lastModified: stamp(number) });
}

async function look(store: MemoryObjectStore, depth: "deep" | "full" = "deep"): Promise<ArchiveVerifyDocument> {
  return (await archiveVerify({ store, location: formatLocation(OLD), depth })).document;
}

const codes = ({ problems }: ArchiveVerifyDocument): readonly string[] => problems.map(({ code }) => code);
const GPG = Buffer.concat([Buffer.from([0x85, 0x01, 0x0c, 0x03]), Buffer.alloc(300, 0x5a)]);

describe("a look at both ends of every object", () => {
  it("finds nothing wrong if nothing is, and says what it cost", async () => {
    const document = await look(realArchive());
    expect(document).toMatchObject({
      verdict: "restorable",
      problems: [],
      look: { objects: 7, broken: 0, hidden: 0, unproven: 0 },
      cost: { depth: "deep" },
    });
    expect(document.cost.requests).toBeGreaterThanOrEqual(14);
    expect(document.cost.bytes).toBeLessThan(64 * 1024);
  });

  it.each([
    ["of another cluster", wal(5, { sysid: OTHER_SYSID }), "it is of another cluster"],
    ["of another release", wal(5, { magic: 0xd106 }), "it is of PostgreSQL 13, not 9.6"],
    ["of no release", wal(5, { magic: 0x1234 }), "its first page is not of a release"],
    ["under the name of another", wal(4), "it begins at 0/4000000, not where its name says"],
    ["of a timeline that is no ancestor", wal(5, { timeline: 3 }), "it is of timeline 3"],
    ["of another size", wal(5, { segmentBytes: 67_108_864 }), "segments of 67108864 bytes"],
    ["cut", wal(5).subarray(0, -6), "its end is not there"],
    ["cut within a run of zeros", cutInZeros(wal(5)), "it is cut"],
    ["cut in its first bytes", wal(5).subarray(0, 60), "it is cut in its first bytes"],
    ["that is none", packed([Buffer.alloc(4096, 0x41)]), "it does not begin like a WAL segment"],
    ["that is no lzop file", Buffer.alloc(4096, 0x41), "it does not begin like an lzop file"],
  ])("takes a segment %s for missing, and says why", async (_what, content, why) => {
    const store = realArchive();
    put(store, 5, content);
    const document = await look(store);
    expect(document).toMatchObject({
      verdict: "restorable-with-loss",
      missing: [segment(5)],
      unreachable: [segment(6)],
      recoveryPoint: { segment: segment(4) },
      look: { objects: 7, broken: 1 },
    });
    expect(document.problems.find(({ code }) => code === "segment-damaged")?.message).toContain(why);
  });

  it("takes the end of the records inside a segment for the recovery point when others follow, and for none at the last", async () => {
    const store = realArchive();
    put(store, 6, wal(6, { ends: true }));
    expect(await look(store, "full")).toMatchObject({ verdict: "restorable", recoveryPoint: { segment: segment(6) } });
    put(store, 4, wal(4, { ends: true }));
    expect(await look(store, "full")).toMatchObject({
      verdict: "restorable-with-loss",
      missing: [],
      unreachable: [segment(5), segment(6)],
      recoveryPoint: { segment: segment(4), lsn: "0/4000028" },
    });
  });

  it("says what it has not read, and how to have it read", async () => {
    const store = realArchive();
    const said = async (depth?: string) =>
      (await archiveVerify({ store, location: formatLocation(OLD), depth })).lines.join(" ").replace(/\s+/g, " ");
    expect((await look(store)).look?.unread).toEqual({ tars: 0, segments: 6 });
    expect(await said("deep")).toContain("Of 6 segments, only the beginning and the end were read");
    expect(await said("deep")).toContain("--deep=full reads it");
    expect(await said()).toContain("the content of base backups and segments was not read");
    expect(await said("full")).not.toContain("not read");
  });

  it("takes a base backup with a cut part for broken", async () => {
    const store = realArchive();
    add(store, PART, packed(tar([...MEMBERS])).subarray(0, -3));
    const document = await look(store);
    expect(document.verdict).toBe("not-restorable");
    expect(document.baseBackups[0]?.why).toContain("tar part 0 is not whole: it is cut");
  });

  it("holds the newest base backup's cluster for the right one if another wrote over the end", async () => {
    const store = realArchive();
    for (const number of [5, 6]) put(store, number, wal(number, { sysid: OTHER_SYSID }));
    expect(await look(store)).toMatchObject({
      verdict: "restorable-with-loss",
      systemId: SYSID,
      missing: [segment(5), segment(6)],
      recoveryPoint: { segment: segment(4) },
    });
  });

  it("sees a system identifier beside the archive that is not that of its base backup", async () => {
    const store = realArchive();
    add(store, "sysids/sysid", `${OTHER_SYSID}\n`);
    const document = await look(store);
    expect([document.verdict, codes(document)]).toEqual(["restorable", ["sysid-differs"]]);
  });

  it("finds the system identifier of an archive that has lost it", async () => {
    const store = realArchive();
    drop(store, "sysids/sysid");
    expect(await look(store)).toMatchObject({ verdict: "restorable", systemId: SYSID });
  });

  it("cannot tell of encrypted objects", async () => {
    const store = realArchive();
    put(store, 3, GPG);
    expect(await look(store)).toMatchObject({ verdict: "unknown", look: { hidden: 1, broken: 0 } });
  });

  it("asks nothing of objects that cannot be read at once", async () => {
    const store = realArchive();
    add(store, `wal_005/${segment(3)}.lzo`, wal(3), { storageClass: "GLACIER" });
    store.frozen.add(keyIn(OLD, `wal_005/${segment(3)}.lzo`));
    expect(await look(store)).toMatchObject({ verdict: "unknown", look: { objects: 6 } });
  });
});

describe("the few heads that are read anyway", () => {
  it("tell the system identifier, and a newest segment of another cluster", async () => {
    const store = realArchive();
    drop(store, "sysids/sysid");
    const names = async () => (await archiveVerify({ store, location: formatLocation(OLD) })).document;
    expect(await names()).toMatchObject({ verdict: "restorable", systemId: SYSID, look: null });
    put(store, 6, wal(6, { sysid: OTHER_SYSID }));
    expect(await names()).toMatchObject({ verdict: "restorable-with-loss", missing: [segment(6)] });
  });
});

describe("a look at every byte", () => {
  it("finds nothing wrong if nothing is", async () => {
    expect(await look(realArchive(), "full")).toMatchObject({
      verdict: "restorable",
      problems: [],
      look: { objects: 7 },
    });
  });

  it("finds a flipped bit that both ends do not show", async () => {
    const store = realArchive();
    const content = Buffer.from(wal(5));
    const at = Math.floor(content.length / 2);
    content[at] = (content[at] ?? 0) ^ 1;
    put(store, 5, content);
    expect((await look(store)).verdict).toBe("restorable");
    expect(await look(store, "full")).toMatchObject({ verdict: "restorable-with-loss", missing: [segment(5)] });
  });

  it("finds a segment that holds less than it has to", async () => {
    const store = realArchive();
    const whole = wal(5);
    put(store, 5, whole);
    const header = Buffer.alloc(40);
    header.writeUInt16LE(0xd093, 0);
    header.writeUInt16LE(2, 2);
    header.writeUInt32LE(1, 4);
    header.writeBigUInt64LE(5n * BigInt(SEGMENT_BYTES), 8);
    header.writeBigUInt64LE(BigInt(SYSID), 24);
    header.writeUInt32LE(SEGMENT_BYTES, 32);
    put(store, 5, packed([header, SEGMENT_BYTES - 8192 - 40]));
    expect((await look(store)).verdict).toBe("restorable");
    expect(await look(store, "full")).toMatchObject({ verdict: "restorable-with-loss", missing: [segment(5)] });
  });

  it("finds a part that is missing at the end, which no name tells", async () => {
    const store = realArchive();
    const text = sentinelText(segment(2), { expanded_size_bytes: EXPANDED + 1 });
    add(store, `basebackups_005/${BASE}_backup_stop_sentinel.json`, text);
    expect((await archiveVerify({ store, location: formatLocation(OLD) })).document.verdict).toBe("restorable");
    for (const depth of ["deep", "full"] as const) {
      const document = await look(store, depth);
      expect(document.verdict).toBe("not-restorable");
      expect(document.baseBackups[0]?.why).toContain(`its files have ${EXPANDED} bytes`);
    }
  });

  it("finds a part that holds no tar archive, and one that is cut inside", async () => {
    const store = realArchive();
    add(store, PART, packed([Buffer.alloc(2048, 0x41)]));
    expect((await look(store, "full")).baseBackups[0]?.why).toContain("it holds no tar archive");
    const whole = Buffer.concat(tar([...MEMBERS]).map((run) => (typeof run === "number" ? Buffer.alloc(run) : run)));
    add(store, PART, packed([whole.subarray(0, 2_000_000)]));
    expect((await look(store, "full")).baseBackups[0]?.why).toContain("its tar archive is cut");
  });

  it.each([
    ["of a second writer, in the middle", 16, ofSecondWriter, { missing: [], unreachable: [16, 17] }, "0/10000000"],
    ["of a second writer, at the end", 17, ofSecondWriter, { missing: [], unreachable: [17] }, "0/11000000"],
    ["with a flaw in its records, at the end", 17, withFlaw, { missing: [17], unreachable: [] }, /^0\/110000[4-9A-F]/],
    ["with a flaw in its records, in the middle", 16, withFlaw, { missing: [16], unreachable: [17] }, "0/10000070"],
  ] as const)("ends before a segment %s, and tells the rest as lost", async (_what, at, spoil, lost, lsn) => {
    await loadSegments();
    const store = restorable({ segments: [15, 16, 17] });
    expect(await look(store, "full")).toMatchObject({ verdict: "restorable", recoveryPoint: { lsn: "0/12000000" } });
    add(store, walKey(at), packedWhole(spoil(realSegment("9.6", at))));
    const names = (numbers: readonly number[]): readonly string[] => numbers.map(segmentOf);
    expect(await look(store, "full")).toMatchObject({
      verdict: "restorable-with-loss",
      recoveryPoint: { lsn: typeof lsn === "string" ? lsn : (expect.stringMatching(lsn) as string) },
      missing: names(lost.missing),
      unreachable: names(lost.unreachable),
      loss: { segments: lost.missing.length + lost.unreachable.length },
    });
  });
});

/** In its second record. */
function withFlaw(bytes: Buffer): Buffer {
  const second = 0x28 + ((bytes.readUInt32LE(0x28) + 7) & ~7);
  bytes[second + 16] = (bytes[second + 16] ?? 0) ^ 1;
  return bytes;
}
