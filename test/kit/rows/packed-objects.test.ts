import { describe, expect, it } from "vitest";
import { segmentName } from "../../../src/archive/names/segment.ts";
import { parseLocation } from "../../../src/archive/names/location.ts";
import { sortEntries } from "../../../src/archive/reading/entries.ts";
import { type ListedRow, PackedObjects, storedAt } from "../../../src/kit/rows/packed-objects.ts";
import { JoinedRows } from "../../../src/kit/rows/rows.ts";
import { fc } from "../../properties.ts";

const sum = fc.stringMatching(/^[0-9a-f]{32}$/);
const row: fc.Arbitrary<ListedRow> = fc.record({
  key: fc.oneof(fc.string({ unit: "binary" }), fc.constant("a/wal_005/00000001000000000000000A.lzo")),
  size: fc.oneof(fc.nat(), fc.constantFrom(0, 2 ** 32 - 1, 2 ** 32, 5 * 2 ** 40)),
  etag: fc.oneof(
    sum,
    fc.string(),
    fc.tuple(sum, fc.integer({ min: 0, max: 100_000 })).map(([hex, parts]) => `${hex}-${parts}`),
    sum.map((hex) => hex.toUpperCase()),
  ),
  time: fc.date({ noInvalidDate: true }).map((date) => date.getTime()),
  storageClass: fc.oneof(fc.constantFrom("STANDARD", "GLACIER", ""), fc.string()),
});
const rows = fc.array(row, { maxLength: 20 });

const plain = ({ time, storageClass, ...info }: ListedRow) => ({
  ...info,
  lastModified: new Date(time).toISOString(),
  storageClass,
});

describe("packed objects", () => {
  it("give back what was put in", () => {
    fc.assert(
      fc.property(rows, (some) => {
        const packed = new PackedObjects(some);
        expect([...packed]).toEqual(some.map(plain));
        expect(some.map((_, at) => packed.lazy(at).toJSON())).toEqual(some.map(plain));
        expect(some.map((_, at) => storedAt(packed.lazy(at)))).toEqual(some.map(({ time }) => time));
      }),
    );
  });

  it("take less than 50 bytes each, of many segments", () => {
    const pages = Array.from({ length: 100 }, (_, page) => new PackedObjects(pageOf(page * 1000)));
    const bytes = pages.reduce((total, page) => total + page.bytes, 0);
    expect(bytes).toBeLessThan(50 * 100_000);
    const objects = new JoinedRows(pages);
    expect(objects.at(12_345)).toEqual(plain(rowOf(12_345)));
    expect(objects.at(-1)).toEqual(plain(rowOf(99_999)));
    expect(objects.at(100_000)).toBeUndefined();
  });

  it("are an archive's entries, of the same kinds as without packing", () => {
    const keys = ["000000010000000000000001.lzo", "000000010000000000000002.lz4", "00000002.history.lzo", "strange"];
    const listed = keys.map((name) => ({ ...rowOf(0), key: `a/wal_005/${name}` }));
    const at = parseLocation("s3://bucket/a");
    const [packed, unpacked] = [sortEntries(at, new PackedObjects(listed)), sortEntries(at, listed.map(plain))];
    expect(packed.map(({ kind }) => kind)).toEqual(unpacked.map(({ kind }) => kind));
    expect(packed.map(({ kind }) => kind.kind)).toEqual([
      "segment",
      "other-compression",
      "timeline-history",
      "unknown",
    ]);
    expect(JSON.stringify(packed.map(({ info }) => info))).toBe(JSON.stringify(unpacked.map(({ info }) => info)));
  });
});

describe("joined rows", () => {
  it("have the methods of an array", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.nat({ max: 9 }), { maxLength: 4 }), { maxLength: 6 }),
        fc.nat(9),
        (parts, wanted) => {
          const [joined, all] = [new JoinedRows<number>(parts), parts.flat()];
          const is = (each: number): boolean => each === wanted;
          const twice = (each: number): readonly number[] => (each > 4 ? [each, each] : []);
          expect([...joined]).toEqual(all);
          expect(joined.map((each, at) => [each, at])).toEqual(all.map((each, at) => [each, at]));
          expect([joined.length, joined.at(0), joined.at(-1), joined.at(wanted)]).toEqual([
            all.length,
            all[0],
            all.at(-1),
            all[wanted],
          ]);
          expect([joined.filter(is), joined.flatMap(twice)]).toEqual([all.filter(is), all.flatMap(twice)]);
          expect([joined.find(is), joined.findLast(is)]).toEqual([all.find(is), all.findLast(is)]);
          expect([joined.some(is), joined.every(is)]).toEqual([all.some(is), all.every(is)]);
          expect(joined.reduce((total, each) => total + each, 0)).toBe(all.reduce((total, each) => total + each, 0));
        },
      ),
    );
  });
});

function rowOf(number: number): ListedRow {
  const key = `backups/guid/wal/wal_005/${segmentName({ timeline: 1, number })}.lzo`;
  const etag = number.toString(16).padStart(32, "0");
  return { key, size: 5_000_000, etag, time: 1_790_000_000_000 + number * 1000, storageClass: "STANDARD" };
}

const pageOf = (first: number): readonly ListedRow[] => Array.from({ length: 1000 }, (_, at) => rowOf(first + at));
