/**
 * The contract of every object store: the one in memory, the box's, and real ones. The caller brings a bucket and ways
 * to seed it; the suite never looks behind the port.
 */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ErrorCode } from "../../src/errors.ts";
import type { ArchiveStore, KeyRange, ObjectReader, ObjectStore, ReadRequest } from "../../src/ports/object-store.ts";
import { bucketRules } from "./bucket-rules.ts";
import { placesIn, protectedPlaces } from "./protected-places.ts";

export interface ObjectStoreWorld {
  readonly bucket: string;
  /** Credentials that may do everything in the bucket. */
  readonly store: ArchiveStore;
  /** Credentials that may do nothing. */
  readonly denied: ArchiveStore;
  /** Whether it refuses a conditional copy onto an object that exists. */
  readonly honoursAbsence: boolean;
  /** Nothing listens there. */
  readonly unreachable: ArchiveStore;
  seed(key: string, content: string): Promise<void>;
  /** Gives the bucket one lifecycle rule, which it has none of before. */
  expire(rule: { readonly id: string; readonly prefix: string; readonly days: number }): Promise<void>;
  close(): Promise<void>;
}

/**
 * Errors that every store can be brought to. Those of half answers need a faulty server (test/archive/adapters/s3).
 * A method of the port without a line here does not compile; an error without a case fails the suite.
 */
type Method = Exclude<keyof ObjectStore, "rangesAreCheap" | "opensMessages"> | "region" | "time" | "protection";
const DECLARED: Readonly<Record<Method, readonly ErrorCode[]>> = {
  list: ["access-denied", "bucket-missing", "unreachable"],
  get: ["access-denied", "bucket-missing", "unreachable", "object-changed"],
  stream: ["access-denied", "bucket-missing", "unreachable", "object-changed"],
  head: ["access-denied", "bucket-missing", "unreachable"],
  lifecycle: ["bucket-missing", "unreachable"],
  copy: ["access-denied", "bucket-missing", "unreachable", "object-changed", "source-protected"],
  remove: ["access-denied", "unreachable", "source-protected"],
  region: ["bucket-missing", "unreachable"],
  time: ["access-denied", "bucket-missing", "unreachable"],
  protection: ["bucket-missing", "unreachable"],
};

const MISSING_BUCKET = "no-such-bucket-anywhere";
/** Keys that break XML, URLs, headers, terminals or sorting by UTF-16. */
export const HOSTILE_KEYS = [
  "new\nline",
  "escape\u001b[2J\u0007",
  "plus+and blank",
  "percent%41%2e%2e",
  "amp&<tag>\"quote'",
  "ünïcödé \u202e",
  "private \ue000",
  "astral \u{1f600}",
  "question?versionId=1#hash",
  "dots..and...more",
  "colon:semi;comma,at@",
] as const;

export function objectStoreContract(name: string, open: () => Promise<ObjectStoreWorld>): void {
  describe(`object store contract: ${name}`, () => {
    let world: ObjectStoreWorld;
    let reader: ObjectReader;
    let writer: ObjectStore;
    beforeAll(async () => {
      world = await open();
      reader = world.store.reader();
      writer = world.store.writer(placesIn(world.bucket));
    });
    afterAll(() => world.close());

    const seen = new Set<string>();
    const fails = async (
      call: keyof typeof DECLARED,
      answer: Promise<unknown>,
      error: { readonly code: ErrorCode; readonly effect?: "none" },
    ): Promise<void> => {
      seen.add(`${call} ${error.code}`);
      await expect(answer).rejects.toMatchObject(error);
    };
    const at = (key: string) => ({ bucket: world.bucket, key });
    const text = async (key: string) => Buffer.from(await reader.get(at(key))).toString();
    const keys = async (prefix: string) => (await reader.list(world.bucket, prefix)).map(({ key }) => key);

    describe("list", () => {
      it("gives every object below the prefix, with size, ETag, date and class, in the order of the keys' bytes", async () => {
        for (const key of ["list/b", "list/a/2", "list/a/10", "list/B", "listless"]) await world.seed(key, key);
        const listed = await reader.list(world.bucket, "list/");
        expect(listed.map(({ key }) => key)).toEqual(["list/B", "list/a/10", "list/a/2", "list/b"]);
        expect(listed.at(3)).toMatchObject({ size: 6, etag: md5("list/b"), storageClass: "STANDARD" });
        expect(listed.at(3)?.lastModified).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      });

      it("follows all pages", async () => {
        const wanted = Array.from({ length: 1_050 }, (_, index) => `pages/${String(index).padStart(5, "0")}`);
        for (let from = 0; from < wanted.length; from += 50) {
          await Promise.all(wanted.slice(from, from + 50).map((key) => world.seed(key, "x")));
        }
        expect(await keys("pages/")).toEqual(wanted);
      });

      it("gives nothing for a prefix that holds nothing", async () => {
        expect([...(await reader.list(world.bucket, "nothing/here/"))]).toEqual([]);
      });

      it("gives hostile keys back as they are", async () => {
        for (const key of HOSTILE_KEYS) await world.seed(`hostile/${key}`, key);
        const wanted = HOSTILE_KEYS.map((key) => `hostile/${key}`);
        expect(await keys("hostile/")).toEqual(wanted.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
      });

      it("gives a range of keys, behind the first and up to the last, whether or not these exist", async () => {
        for (const key of ["a", "b", "b\u{1f600}", "b\ue000", "c", "d/1"]) await world.seed(`range/${key}`, key);
        const within = async (range: KeyRange) =>
          (await reader.list(world.bucket, "range/", range)).map(({ key }) => key.slice("range/".length));
        expect(await within({ after: "range/a", upTo: "range/c" })).toEqual(["b", "b\ue000", "b\u{1f600}", "c"]);
        expect(await within({ after: "range/aa", upTo: "range/b\ue000" })).toEqual(["b", "b\ue000"]);
        expect(await within({ after: "range/c" })).toEqual(["d/1"]);
        expect(await within({ upTo: "range/a" })).toEqual(["a"]);
        expect(await within({ after: "a", upTo: "range/a" })).toEqual(["a"]);
        expect(await within({ after: "range/d/1" })).toEqual([]);
        expect(await within({ after: "z" })).toEqual([]);
        expect(await within({ after: "range/b", upTo: "range/b" })).toEqual([]);
        expect(await within({ after: "range/a", upTo: "range/c", most: 2 })).toEqual(["b", "b\ue000"]);
        expect(await within({ most: 1 })).toEqual(["a"]);
      });

      it("cuts at keys that are hostile, and loses none", async () => {
        for (const key of HOSTILE_KEYS) await world.seed(`hostile/${key}`, key);
        const all = await keys("hostile/");
        for (const key of all) {
          const before = await reader.list(world.bucket, "hostile/", { upTo: key });
          const behind = await reader.list(world.bucket, "hostile/", { after: key });
          expect([...before, ...behind].map((info) => info.key)).toEqual(all);
          expect(before.at(-1)?.key).toBe(key);
        }
      });

      it("follows the pages of a range to its end", async () => {
        const wanted = Array.from({ length: 1_050 }, (_, index) => `pages/${String(index).padStart(5, "0")}`);
        for (let from = 0; from < wanted.length; from += 50) {
          await Promise.all(wanted.slice(from, from + 50).map((key) => world.seed(key, "x")));
        }
        const range = { after: "pages/00009", upTo: "pages/01039" };
        expect((await reader.list(world.bucket, "pages/", range)).map(({ key }) => key)).toEqual(
          wanted.slice(10, 1040),
        );
      });
    });

    describe("get", () => {
      it("gives the bytes, or a range of them, pinned to an ETag", async () => {
        await world.seed("get/one", "0123456789");
        expect(await text("get/one")).toBe("0123456789");
        const part = await reader.get(at("get/one"), { range: "bytes=2-4", ifMatch: md5("0123456789") });
        expect(Buffer.from(part).toString()).toBe("234");
      });

      it("gives an empty object", async () => {
        await world.seed("get/empty", "");
        expect(await text("get/empty")).toBe("");
      });

      it("says that an object is gone or another one", async () => {
        await world.seed("get/changed", "new");
        const pinned = reader.get(at("get/changed"), { ifMatch: md5("old") });
        await fails("get", pinned, { code: "object-changed" });
        await fails("get", reader.get(at("get/absent")), { code: "object-changed" });
      });
    });

    describe("stream", () => {
      const whole = async (key: string, request: ReadRequest = {}) => {
        const pieces: Uint8Array[] = [];
        for await (const piece of await reader.stream(at(key), request)) pieces.push(piece);
        return Buffer.concat(pieces).toString();
      };

      it("gives the bytes in order, or a range of them, pinned to an ETag", async () => {
        const content = Array.from({ length: 40_000 }, (_, index) => `${index}\n`).join("");
        await world.seed("stream/long", content);
        expect(await whole("stream/long")).toBe(content);
        expect(await whole("stream/long", { range: "bytes=1000-201000" })).toBe(content.slice(1000, 201_001));
        await world.seed("stream/one", "0123456789");
        const ifMatch = md5("0123456789");
        expect(await whole("stream/one", { ifMatch })).toBe("0123456789");
        expect(await whole("stream/one", { ifMatch, range: "bytes=2-4" })).toBe("234");
        expect(await whole("stream/one", { range: "bytes=7-" })).toBe("789");
        expect(await whole("stream/one", { range: "bytes=-3" })).toBe("789");
        expect(await whole("stream/one", { range: "bytes=8-20" })).toBe("89");
        expect(await whole("stream/one", { range: "bytes=-20" })).toBe("0123456789");
      });

      it("gives an empty object, and hostile keys", async () => {
        await world.seed("stream/empty", "");
        expect(await whole("stream/empty")).toBe("");
        for (const key of HOSTILE_KEYS) {
          await world.seed(`hostile/${key}`, key);
          expect(await whole(`hostile/${key}`)).toBe(key);
        }
      });

      it("can be left before its end", async () => {
        await world.seed("stream/left", "x".repeat(1_000_000));
        for await (const piece of await reader.stream(at("stream/left"))) {
          expect(piece.length).toBeGreaterThan(0);
          break;
        }
        expect(await whole("stream/left", { range: "bytes=0-2" })).toBe("xxx");
      });

      it("says that an object is gone, another one or shorter, before the first byte", async () => {
        await world.seed("stream/changed", "new");
        const stream = (key: string, request: ReadRequest = {}) => reader.stream(at(key), request);
        await fails("stream", stream("stream/changed", { ifMatch: md5("old") }), { code: "object-changed" });
        await fails("stream", stream("stream/changed", { range: "bytes=3-9" }), { code: "object-changed" });
        await fails("stream", stream("stream/absent"), { code: "object-changed" });
      });
    });

    describe("head", () => {
      it("says what a listing says", async () => {
        await world.seed("head/one", "1234");
        const [listed] = await reader.list(world.bucket, "head/one");
        const head = await reader.head(at("head/one"));
        expect(head).toMatchObject({ key: "head/one", size: 4, etag: md5("1234"), storageClass: "STANDARD" });
        expect(head?.lastModified.slice(0, 19)).toBe(listed?.lastModified.slice(0, 19));
      });

      it("is undefined if the key is not there", async () => {
        expect(await reader.head(at("head/absent"))).toBeUndefined();
      });
    });

    describe("lifecycle", () => {
      it("says that there are no rules, then the rule that there is", async () => {
        expect(await reader.lifecycle(world.bucket)).toEqual([]);
        await world.expire({ id: "old archives", prefix: "backups/old", days: 30 });
        await world.seed("lifecycle/other", "x");
        const acts = { enabled: true, tagged: false, expires: { days: 30 }, transitions: [] };
        expect(await reader.lifecycle(world.bucket)).toEqual([{ id: "old archives", prefix: "backups/old", ...acts }]);
      });
    });

    describe("what is said of a bucket", () => bucketRules(() => world));

    describe("time", () => {
      it("goes with the dates of its objects", async () => {
        await world.seed("time/now", "x");
        const written = Date.parse((await reader.head(at("time/now")))?.lastModified ?? "");
        const now = (await world.store.time(world.bucket))?.getTime() ?? Number.NaN;
        expect(now).toBeGreaterThanOrEqual(Math.floor(written / 1000) * 1000);
        expect(now - written).toBeLessThan(60_000);
      });
    });

    describe("copy", () => {
      it("makes the same object under another key, over whatever was there", async () => {
        await world.seed("copy/from", "content");
        await world.seed("copy/to", "something else");
        const copied = await writer.copy(at("copy/from"), at("copy/to"), { ifMatch: md5("content") });
        expect(copied).toMatchObject({ key: "copy/to", size: 7, etag: md5("content"), storageClass: "STANDARD" });
        expect(await text("copy/to")).toBe("content");
        expect(await text("copy/from")).toBe("content");
      });

      it("copies to where nothing is, and over something only if the store does not honour the condition", async () => {
        await world.seed("copy/from", "content");
        await world.seed("copy/taken", "something else");
        const request = { ifMatch: md5("content"), ifAbsent: true };
        const fresh = `copy/fresh-${Date.now()}`;
        expect(await writer.copy(at("copy/from"), at(fresh), request)).toMatchObject({ etag: md5("content") });
        const over = writer.copy(at("copy/from"), at("copy/taken"), request);
        if (!world.honoursAbsence) {
          expect(await over).toMatchObject({ key: "copy/taken" });
          return;
        }
        await expect(over).rejects.toMatchObject({ code: "target-not-fresh", effect: "none" });
        expect(await text("copy/taken")).toBe("something else");
        const again = await writer.copy(at("copy/from"), at(fresh), request);
        expect(again).toMatchObject({ etag: md5("content"), wasThere: true });
        const changed = writer.copy(at("copy/from"), at("copy/never"), { ifMatch: md5("old"), ifAbsent: true });
        await fails("copy", changed, { code: "object-changed" });
      });

      it("copies hostile keys", async () => {
        for (const key of HOSTILE_KEYS) {
          await world.seed(`hostile/${key}`, key);
          const from = at(`hostile/${key}`);
          await writer.copy(from, at(`copied/${key}`), { ifMatch: md5(key), size: 1, storageClass: "STANDARD" });
          expect(await text(`copied/${key}`)).toBe(key);
        }
      });

      it("copies nothing when the source is gone or another one", async () => {
        await world.seed("copy/changed", "new");
        const copy = (key: string) => writer.copy(at(key), at("copy/never"), { ifMatch: md5("old") });
        await fails("copy", copy("copy/changed"), { code: "object-changed" });
        await fails("copy", copy("copy/absent"), { code: "object-changed" });
        expect(await reader.head(at("copy/never"))).toBeUndefined();
      });
    });

    describe("remove", () => {
      it("removes one object, and an absent one is no error", async () => {
        await world.seed("remove/one", "1");
        await world.seed("remove/one/below", "2");
        await writer.remove(at("remove/one"));
        await writer.remove(at("remove/one"));
        expect(await keys("remove/")).toEqual(["remove/one/below"]);
      });

      it("removes hostile keys and only these", async () => {
        for (const key of HOSTILE_KEYS) await world.seed(`removed/${key}`, key);
        await world.seed("removed/bystander", "x");
        for (const key of HOSTILE_KEYS) await writer.remove(at(`removed/${key}`));
        expect(await keys("removed/")).toEqual(["removed/bystander"]);
      });
    });

    protectedPlaces({ world: () => world, writer: () => writer, fails });

    it("says who speaks to which endpoint, without the secret", async () => {
      const identity = await world.store.identity();
      expect(Object.keys(identity).sort()).toEqual(["endpoint", "keyId", "region"]);
      expect(identity.keyId).not.toBe("");
      expect(await world.store.region(world.bucket)).toBe("us-east-1");
    });

    const request = { ifMatch: md5("content"), size: 7, storageClass: "STANDARD" };
    /** Every method, asked of a store for a bucket. */
    const CALLS: Readonly<Record<Method, (store: ArchiveStore, bucket: string) => Promise<unknown>>> = {
      list: (store, bucket) => store.reader().list(bucket, "copied/"),
      get: (store, bucket) => store.reader().get({ bucket, key: "copied/kept" }),
      stream: (store, bucket) => store.reader().stream({ bucket, key: "copied/kept" }),
      head: (store, bucket) => store.reader().head({ bucket, key: "copied/kept" }),
      lifecycle: (store, bucket) => store.reader().lifecycle(bucket),
      copy: (store, bucket) =>
        store.writer(placesIn(bucket)).copy(at("copied/kept"), { bucket, key: "copy/never" }, request),
      remove: (store, bucket) => store.writer(placesIn(bucket)).remove({ bucket, key: "copied/kept" }),
      region: (store, bucket) => store.region(bucket),
      time: (store, bucket) => store.time(bucket),
      protection: (store, bucket) => store.protection(bucket),
    };

    it.each(Object.keys(CALLS) as Method[])(
      "%s never takes a refusal, a missing bucket or silence for an answer, and changes nothing then",
      async (method) => {
        await world.seed("copied/kept", "content");
        const refusal = method === "copy" || method === "remove" ? ({ effect: "none" } as const) : {};
        const asked = [
          { code: "access-denied", ...refusal, ask: () => CALLS[method](world.denied, world.bucket) },
          { code: "unreachable", ask: () => CALLS[method](world.unreachable, world.bucket) },
          { code: "bucket-missing", ask: () => CALLS[method](world.store, MISSING_BUCKET) },
        ] as const;
        for (const { ask, ...error } of asked)
          if (DECLARED[method].includes(error.code)) await fails(method, ask(), error);
        expect(await text("copied/kept")).toBe("content");
        expect(await reader.head(at("copy/never"))).toBeUndefined();
      },
    );

    it("has a case for every error that a method declares", () => {
      const declared = Object.entries(DECLARED).flatMap(([call, errors]) => errors.map((code) => `${call} ${code}`));
      expect([...seen].sort()).toEqual(declared.sort());
    });
  });
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}
