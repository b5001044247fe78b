import { fc } from "../../properties.ts";
import { describe, expect, it } from "vitest";
import { listArchive } from "../../../src/archive/reading/listing.ts";
import { segmentName } from "../../../src/archive/names/segment.ts";
import type { KeyRange, ObjectReader } from "../../../src/ports/object-store.ts";
import { HOSTILE_KEYS } from "../../contract/object-store.ts";
import { MemoryObjectStore } from "../../fakes/memory-object-store.ts";

const AT = { bucket: "bucket", prefix: "backups/guid/wal" };

/** Counts, and holds every listing until the others that go at the same time have begun. */
class Watched {
  readonly asked: KeyRange[] = [];
  readonly reader: Pick<ObjectReader, "list">;
  most = 0;
  #underWay = 0;

  constructor(store: MemoryObjectStore) {
    const reader = store.reader();
    this.reader = {
      list: async (bucket, prefix, range = {}) => {
        this.asked.push(range);
        this.#underWay += 1;
        this.most = Math.max(this.most, this.#underWay);
        await new Promise((resolve) => setImmediate(resolve));
        this.#underWay -= 1;
        return reader.list(bucket, prefix, range);
      },
    };
  }
}

function storeOf(relative: readonly string[]): MemoryObjectStore {
  const store = new MemoryObjectStore();
  store.bucket(AT.bucket);
  for (const key of relative) store.seed(AT.bucket, `${AT.prefix}/${key}`, key);
  // Beside the archive.
  store.seed(AT.bucket, `${AT.prefix}2/wal_005/x`, "x");
  store.seed(AT.bucket, AT.prefix, "x");
  return store;
}

/** `faster`: as if the store answered many at once as fast as one; otherwise they take turns. */
async function expectWhole(relative: readonly string[], page: number, { faster = true } = {}): Promise<Watched> {
  const store = storeOf(relative);
  const watched = new Watched(store);
  const wanted = await store.reader().list(AT.bucket, `${AT.prefix}/`);
  let now = 0;
  const time = () => (faster ? (now += 1) : (now += 1 + watched.asked.length ** 2));
  const listed = await listArchive(watched.reader, AT, { page, time });
  expect(listed.map(({ key }) => key)).toEqual(wanted.map(({ key }) => key));
  expect([...listed]).toEqual(wanted);
  return watched;
}

const wal = (timeline: number, number: number, behind = ".lzo"): string =>
  `wal_005/${segmentName({ timeline, number })}${behind}`;
const run = (timeline: number, first: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => wal(timeline, first + index));

const hostile = fc.constantFrom(...HOSTILE_KEYS);
const place = fc.record({
  timeline: fc.constantFrom(1, 2, 3, 0xffffffff),
  number: fc.oneof(fc.nat(60), fc.integer({ min: 250, max: 270 }), fc.constantFrom(2 ** 40 - 1, 2 ** 40 - 20, 2 ** 33)),
});
const anyKey = fc.oneof(
  place.map(({ timeline, number }) => wal(timeline, number)),
  place.map(({ timeline, number }) => wal(timeline, number, ".00000028.backup.lzo")),
  place.map(({ timeline, number }) => wal(timeline, number, "\u{10ffff}\u{10ffff}")),
  fc.constantFrom("00000002.history.lzo", "FFFFFFFF.history.lzo").map((name) => `wal_005/${name}`),
  hostile.map((name) => `wal_005/${name}`),
  hostile.map((name) => `wal_005/${segmentName({ timeline: 1, number: 7 })}${name}`),
  hostile,
  hostile.map((name) => `basebackups_005/${name}`),
  hostile.map((name) => `wal_006/${name}`),
  fc.constantFrom(
    "wal_005/",
    "wal_005",
    "wal_005/\u{10ffff}",
    "wal_005/\u{10ffff}x",
    "wal_005/\uffff",
    "sysids/sysid",
    "~",
  ),
);
const runs = fc
  .record({ at: place, count: fc.nat(60), step: fc.constantFrom(1, 1, 2, 37) })
  .map(({ at, count, step }) =>
    Array.from({ length: count }, (_, index) => at.number + index * step)
      .filter((number) => number < 2 ** 40)
      .map((number) => wal(at.timeline, number)),
  );

describe("the listing of an archive by ranges of keys", () => {
  it("is the listing, with nothing lost or twice, whatever keys there are", async () => {
    const keys = fc.tuple(fc.array(runs, { maxLength: 4 }), fc.array(anyKey, { maxLength: 40 }));
    await fc.assert(
      fc.asyncProperty(keys, fc.integer({ min: 1, max: 9 }), fc.boolean(), async ([some, others], page, faster) => {
        await expectWhole([...new Set([...some.flat(), ...others])], page, { faster });
      }),
      { numRuns: 300 },
    );
  });

  it("costs one request if the archive is smaller than a page, and two more if it is a page", async () => {
    expect((await expectWhole(run(1, 1, 9), 10)).asked).toHaveLength(1);
    expect((await expectWhole([], 10)).asked).toHaveLength(1);
  });

  it("asks for up to eight ranges at once, if that is faster", async () => {
    const watched = await expectWhole(run(1, 1, 1_000), 10);
    expect(watched.most).toBe(8);
    expect(watched.asked.length).toBeLessThan(60);
  });

  it("goes on with one listing if two at once are no faster", async () => {
    const watched = await expectWhole(run(1, 1, 1_000), 10, { faster: false });
    expect(watched.most).toBe(2);
    expect(watched.asked.length).toBeLessThan(10);
  });

  it("is one listing if the store goes through all keys for each range", async () => {
    const watched = new Watched(storeOf(run(1, 1, 100)));
    const listed = await listArchive({ ...watched.reader, rangesAreCheap: false }, AT, { page: 10 });
    expect(listed).toHaveLength(100);
    expect(watched.asked).toEqual([{}]);
  });

  it("goes on with the first listing if its first answer tells which store it is", async () => {
    const watched = new Watched(storeOf(run(1, 1, 100)));
    const { list } = watched.reader;
    let known = false;
    const reader: Parameters<typeof listArchive>[0] = {
      list: (bucket, prefix, range = {}) => {
        known = true;
        return list(bucket, prefix, range.goesOn?.() === true ? {} : range);
      },
      get rangesAreCheap() {
        return !known;
      },
    };
    expect(await listArchive(reader, AT, { page: 10 })).toHaveLength(100);
    expect(watched.asked).toEqual([{}]);
  });

  it("is one listing more if the store does not go on", async () => {
    const watched = new Watched(storeOf(run(1, 1, 100)));
    const { list } = watched.reader;
    const reader = {
      list: (...asked: Parameters<typeof list>) => list(...asked),
      get rangesAreCheap() {
        return watched.asked.length === 0;
      },
    };
    expect(await listArchive(reader, AT, { page: 10 })).toHaveLength(100);
    expect(watched.asked).toHaveLength(2);
  });

  it("finds the next timeline, and what lies behind a hole of a million segments, without counting through it", async () => {
    const keys = [...run(1, 1, 50), ...run(1, 1_000_000, 50), "wal_005/00000002.history.lzo", ...run(2, 1_000_049, 50)];
    expect((await expectWhole(keys, 10)).asked.length).toBeLessThan(60);
  });

  it("gives up with the error of any of the ranges", async () => {
    const reader = storeOf(run(1, 1, 100)).reader();
    let calls = 0;
    const failing: Pick<ObjectReader, "list"> = {
      list: (...asked) => {
        calls += 1;
        return calls === 4 ? Promise.reject(new Error("unreachable")) : reader.list(...asked);
      },
    };
    await expect(listArchive(failing, AT, { page: 10 })).rejects.toThrow("unreachable");
  });
});
