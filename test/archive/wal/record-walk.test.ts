/** Where PostgreSQL ends its replay, on WAL of real servers. */
import { beforeAll, describe, expect, it } from "vitest";
import { readFileSync } from "node:fs";
import { decompressed } from "../../../src/archive/compression/decompressed.ts";
import { RecordWalk, type WalEnd } from "../../../src/archive/wal/record-walk.ts";
import { ofSecondWriter } from "../restorable-archive.ts";

const FILES = [
  "9.6-00000001000000000000000F",
  "9.6-000000010000000000000010",
  "9.6-000000010000000000000011",
  "13-00000001000000000000000F",
  "13-000000010000000000000010",
  "13-000000010000000000000011",
  "15-000000010000000000000002",
  "15-000000010000000000000003",
];
const PAGE = 8192;
/** Of several pages. */
const LONG = "15-000000010000000000000002";
const segments = new Map<string, Buffer>();

beforeAll(async () => {
  for (const name of FILES) {
    const file = readFileSync(new URL(`../../../fixtures/archive/wal/${name}.zst`, import.meta.url));
    const pieces: Uint8Array[] = [];
    for await (const piece of decompressed(once(file), "zstd")) pieces.push(piece);
    segments.set(name, Buffer.concat(pieces));
  }
});

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function segmentOf(name: string): Buffer {
  return Buffer.from(segments.get(name) ?? []);
}

function endOf(...given: readonly Buffer[]): WalEnd | undefined {
  const walk = new RecordWalk();
  for (const segment of given) walk.read(segment, segment.readBigUInt64LE(8));
  return walk.end;
}

const flawIn = (...given: readonly Buffer[]): string | undefined => {
  const end = endOf(...given);
  return end?.flawed === true ? end.why : undefined;
};

/** Below its own first byte. */
const offsetIn = (segment: Buffer, end: WalEnd | undefined): number =>
  Number((end?.at ?? 0n) - segment.readBigUInt64LE(8));

describe("a segment of a real server", () => {
  it.each(FILES)("%s has no flaw", (name) => expect(endOf(segmentOf(name))).toBeUndefined());

  it.each([
    ["9.6-00000001000000000000000F", 0x28 + 30, "a record does not match its checksum"],
    ["13-00000001000000000000000F", 0x28 + 4, "a record does not match its checksum"],
    ["15-000000010000000000000002", 8192 + 1, "a page has another magic number"],
    ["15-000000010000000000000002", 8192 + 9, "a page is of another place"],
    ["15-000000010000000000000002", 8192 + 16, "a page does not go on with the record before it"],
  ])("%s with a bit flipped at byte %d is seen", (name, at, flaw) => {
    const segment = segmentOf(name);
    segment[at] = (segment[at] ?? 0) ^ 1;
    expect(flawIn(segment)).toContain(flaw);
  });

  it("is seen wherever a bit is flipped, but in the few bytes between two records", () => {
    const segment = segmentOf("13-00000001000000000000000F");
    // Bytes behind the record that ends the segment are not replayed.
    const used = segment.subarray(0, 8192).findLastIndex((byte) => byte !== 0);
    const places = Array.from({ length: Math.floor((used - 40) / 7) }, (_, index) => 40 + index * 7);
    expect(places.length).toBeGreaterThan(40);
    const unseen = places.filter((at) => {
      segment[at] = (segment[at] ?? 0) ^ 4;
      const flaw = flawIn(segment);
      segment[at] = (segment[at] ?? 0) ^ 4;
      return flaw === undefined;
    });
    expect(unseen.length).toBeLessThan(places.length / 10);
  });

  it("of which a part alone was stored tells where its records end", () => {
    const segment = segmentOf("13-000000010000000000000010");
    const end = 40 + ((segment.readUInt32LE(40) + 7) & ~7);
    const told = endOf(segment.fill(0, end));
    expect([told?.flawed, offsetIn(segment, told)]).toEqual([false, end]);
  });

  /** A page of the used part that begins with a new record, or with the rest of one. */
  const border = (segment: Buffer, begins: "anew" | "within"): number => {
    const last = segment.findLastIndex((byte) => byte !== 0);
    for (let page = PAGE; page < last; page += PAGE)
      if ((segment.readUInt16LE(page + 2) & 1) === (begins === "anew" ? 0 : 1)) return page;
    throw new Error(`no page begins ${begins}`);
  };

  it.each(["zeros", "earlier WAL"])("tells where its records end when that is a page's end, and %s follow", (rest) => {
    for (const begins of ["anew", "within"] as const) {
      const segment = segmentOf(LONG);
      const page = border(segment, begins);
      for (let at = page; at < segment.length; at += PAGE)
        if (rest === "zeros") segment.fill(0, at, at + PAGE);
        else segment.writeBigUInt64LE(BigInt(at), at + 8);
      const end = endOf(segment);
      expect(end).toMatchObject({ flawed: false });
      if (begins === "anew") expect(offsetIn(segment, end)).toBe(page);
      else expect(offsetIn(segment, end)).toBeLessThan(page);
    }
  });

  it("is damaged if a page alone is empty", () => {
    const segment = segmentOf(LONG);
    const page = border(segment, "within");
    const end = endOf(segment.fill(0, page, page + PAGE));
    expect(end).toMatchObject({ flawed: true, why: "a page has another magic number" });
    expect(offsetIn(segment, end)).toBeLessThan(page);
  });

  it("of before 9.5 is not looked at: its records have another form", () => {
    const segment = segmentOf(FILES[0] ?? "");
    segment.writeUInt16LE(0xd07e, 0);
    expect(endOf(segment)).toBeUndefined();
  });
});

describe("segments of a real server, one after the other", () => {
  const line = (release: "9.6" | "13"): readonly Buffer[] =>
    ["0F", "10", "11"].map((number) => segmentOf(`${release}-0000000100000000000000${number}`));
  const over = ["15-000000010000000000000002", "15-000000010000000000000003"];

  it.each(["9.6", "13"] as const)("go on from one to the next (%s)", (release) =>
    expect(endOf(...line(release))).toBeUndefined(),
  );

  it("go on if a record lies in both, and say where it begins while the other is not there", () => {
    const [first, second] = over.map(segmentOf) as [Buffer, Buffer];
    const walk = new RecordWalk();
    walk.read(first, first.readBigUInt64LE(8));
    const { cutAt } = walk;
    expect(cutAt).toBeGreaterThan(first.readBigUInt64LE(8));
    walk.read(second, second.readBigUInt64LE(8));
    expect(walk).toMatchObject({ end: undefined, cutAt: undefined });
  });

  it("end if the rest of a record is another's, and if it does not fit its sum", () => {
    const [first, second] = over.map(segmentOf) as [Buffer, Buffer];
    const begun = endOf(first, Buffer.from(second).fill(1, 16, 17));
    expect(begun).toMatchObject({ flawed: true, why: "a page does not go on with the record before it" });
    const spoilt = endOf(first, Buffer.from(second).fill(0x5a, 40, 44));
    expect(spoilt).toMatchObject({ flawed: true, why: "a record does not match its checksum" });
    // PostgreSQL replays up to the record, not up to the border.
    expect(spoilt?.at).toBeLessThan(second.readBigUInt64LE(8));
    expect(spoilt?.at).toBe(begun?.at);
  });

  it("end if the next is a second writer's: whole, and not what follows", () => {
    const [first, second] = line("13") as [Buffer, Buffer];
    const other = ofSecondWriter(Buffer.from(second));
    expect(endOf(other)).toBeUndefined();
    expect(endOf(first, other)).toMatchObject({
      at: second.readBigUInt64LE(8),
      why: "a record does not follow the one before it",
      flawed: true,
    });
  });

  it("end at a page of an older timeline than the one before, and not at one of a child", () => {
    const segment = segmentOf(LONG);
    const [parent, child] = [Buffer.from(segment), Buffer.from(segment)];
    parent.writeUInt32LE(2, 4);
    expect(flawIn(parent)).toBe("a page is of an older timeline than the one before");
    for (let page = 3 * PAGE; page < child.length; page += PAGE) child.writeUInt32LE(2, page + 4);
    expect(endOf(child)).toBeUndefined();
  });

  it("end before zeros in the middle, which are no end of the writing", () => {
    const segment = segmentOf(LONG);
    const end = endOf(segment.fill(0, 4 * PAGE + 4096, 5 * PAGE));
    expect(end?.flawed).toBe(true);
    expect(offsetIn(segment, end)).toBeLessThan(4 * PAGE + 4096);
  });
});
