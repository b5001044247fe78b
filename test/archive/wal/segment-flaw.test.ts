/** The words of a segment about itself, on WAL of real servers. */
import { beforeAll, describe, expect, it } from "vitest";
import { readFileSync } from "node:fs";
import { decompressed } from "../../../src/archive/compression/decompressed.ts";
import { flawIn, walked } from "../../../src/archive/wal/segment-flaw.ts";

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

describe("a segment of a real server", () => {
  it.each(FILES)("%s has no flaw", (name) => expect(flawIn(segmentOf(name))).toBeUndefined());

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

  it.each(FILES)("%s does not end before its end without a word", (name) =>
    expect(walked(segmentOf(name)).endsAt).toBeUndefined(),
  );

  it("of which a part alone was stored tells where its records end", () => {
    const segment = segmentOf("13-000000010000000000000010");
    const end = 40 + ((segment.readUInt32LE(40) + 7) & ~7);
    expect(walked(segment.fill(0, end))).toEqual({ flaw: undefined, endsAt: end });
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
      const { flaw, endsAt = -1 } = walked(segment);
      expect(flaw).toBeUndefined();
      if (begins === "anew") expect(endsAt).toBe(page);
      else expect(endsAt).toBeLessThan(page);
    }
  });

  it("is damaged where a page alone is empty", () => {
    const segment = segmentOf(LONG);
    const page = border(segment, "within");
    expect(flawIn(segment.fill(0, page, page + PAGE))).toContain(`at byte ${page}`);
  });

  it("of before 9.5 is not looked at: its records have another form", () => {
    const segment = segmentOf(FILES[0] ?? "");
    segment.writeUInt16LE(0xd07e, 0);
    expect(flawIn(segment)).toBeUndefined();
  });
});
