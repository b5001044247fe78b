import { fc } from "../../../properties.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chooseSize, rangesOf } from "../../../../src/archive/adapters/s3/parts.ts";
import { error, FaultyServer, type Reply, text } from "./faulty-server.ts";

const MIB = 1024 * 1024;
const NEW = { bucket: "bucket", prefix: "backups/new/wal" };
const PLACES = { source: { bucket: "bucket", prefix: "protected" }, into: [NEW] };
const FROM = { bucket: "bucket", key: "from" };
const TO = { bucket: "bucket", key: "backups/new/wal/to" };
const LARGE = { ifMatch: "abc-3", size: 25 * MIB, storageClass: "STANDARD_IA" };

let server: FaultyServer;
beforeAll(async () => {
  server = await FaultyServer.start();
});
afterAll(() => server.stop());

type Step = "head" | "part-size" | "begin" | "part" | "complete" | "abort";

const stepOf = (method: string, url: string): Step => {
  const { searchParams } = new URL(url, "http://x");
  if (method === "HEAD") return searchParams.has("partNumber") ? "part-size" : "head";
  if (method === "DELETE") return "abort";
  if (method === "PUT") return "part";
  return searchParams.has("uploads") ? "begin" : "complete";
};

const USUAL: Readonly<Record<Step, Reply>> = {
  head: text(200, "", {
    etag: '"abc-3"',
    "content-length": String(25 * MIB),
    "last-modified": new Date(0).toUTCString(),
  }),
  "part-size": text(200, "", { etag: '"abc-3"', "content-length": String(10 * MIB), "x-amz-mp-parts-count": "3" }),
  begin: text(200, "<InitiateMultipartUploadResult><UploadId>up&amp;1</UploadId></InitiateMultipartUploadResult>"),
  part: text(200, "<CopyPartResult><ETag>&quot;p&quot;</ETag></CopyPartResult>"),
  complete: text(200, '<CompleteMultipartUploadResult><ETag>"abc-3"</ETag></CompleteMultipartUploadResult>'),
  abort: text(204, ""),
};

/** Copies while one step answers otherwise. */
async function copy(other: Partial<Record<Step, Reply>> = {}, settings: { readonly readsUntil?: AbortSignal } = {}) {
  const replies = { ...USUAL, ...other };
  server.script((request, response) => replies[stepOf(request.method ?? "", request.url ?? "")](request, response));
  return server
    .store({ largestCopy: 6 * MIB, ...settings })
    .writer(PLACES)
    .copy(FROM, TO, LARGE);
}

const steps = () => server.requests.map(({ method, url }) => stepOf(method, url));

describe("a copy in parts", () => {
  it("has the parts of its source, each pinned to the source's ETag, and keeps the storage class", async () => {
    expect(await copy()).toMatchObject({ key: TO.key, size: 25 * MIB, etag: "abc-3", storageClass: "STANDARD_IA" });
    expect(steps()).toEqual(["head", "part-size", "begin", "part", "part", "part", "complete", "head"]);
    const parts = server.requests.filter(({ method }) => method === "PUT").map(({ headers }) => headers);
    expect(parts.map((headers) => headers["x-amz-copy-source-range"])).toEqual([
      `bytes=0-${10 * MIB - 1}`,
      `bytes=${10 * MIB}-${20 * MIB - 1}`,
      `bytes=${20 * MIB}-${25 * MIB - 1}`,
    ]);
    expect(parts.every((headers) => headers["x-amz-copy-source-if-match"] === '"abc-3"')).toBe(true);
    expect(server.requests[2]?.headers["x-amz-storage-class"]).toBe("STANDARD_IA");
    expect(server.requests.at(-2)?.url).toContain("uploadId=up%261");
  });

  it("to the protected prefix never reaches the network", async () => {
    server.script(text(200, ""));
    const writer = server.store({ largestCopy: 1 }).writer(PLACES);
    const inside = { bucket: "bucket", key: "protected/wal_005/1" };
    await expect(writer.copy(FROM, inside, LARGE)).rejects.toMatchObject({ code: "source-protected" });
    expect(server.requests).toEqual([]);
  });

  it.each<[string, Partial<Record<Step, Reply>>, string]>([
    ["a part is refused", { part: error(403, "AccessDenied") }, "access-denied"],
    ["the source is another one", { part: error(412, "PreconditionFailed") }, "object-changed"],
    ["a part answers 200 with an error", { part: error(200, "InternalError") }, "unreachable"],
    ["a part does not say how it ended", { part: text(200, "<CopyPartResult/>") }, "answer-incomplete"],
    ["the end answers 200 with an error", { complete: error(200, "InternalError") }, "unreachable"],
    ["the connection breaks at the end", { complete: (request) => request.socket.destroy() }, "unreachable"],
  ])("ends the upload if %s", async (_, other, code) => {
    await expect(copy(other)).rejects.toMatchObject({ code });
    expect(steps().at(-1)).toBe("abort");
  });

  it("is ended by nobody who stops the command: a part that fails then still ends the upload", async () => {
    const stopped = AbortSignal.abort(new Error("stopped"));
    expect(await copy({}, { readsUntil: stopped })).toMatchObject({ key: TO.key });
    const refused = copy({ part: error(403, "AccessDenied") }, { readsUntil: stopped });
    await expect(refused).rejects.toMatchObject({ code: "access-denied" });
    expect(steps().at(-1)).toBe("abort");
    const reader = server.store({ readsUntil: stopped }).reader();
    await expect(reader.list("bucket", "x/")).rejects.toThrow("stopped");
    await expect(reader.get(FROM)).rejects.toThrow("stopped");
  });

  it("is no copy if what is there in the end is something else", async () => {
    const etag = '<CompleteMultipartUploadResult><ETag>"other"</ETag></CompleteMultipartUploadResult>';
    await expect(copy({ complete: text(200, etag) })).rejects.toMatchObject({ code: "answer-incomplete" });
  });

  it("sends a part again after a cut connection, but never the beginning and the end", async () => {
    let parts = 0;
    const part: Reply = (request, response) => {
      parts += 1;
      if (parts === 2) request.socket.destroy();
      else USUAL.part(request, response);
    };
    expect(await copy({ part })).toMatchObject({ key: TO.key });
    expect(parts).toBe(4);
    await expect(copy({ complete: error(500, "InternalError") })).rejects.toMatchObject({ effect: "unknown" });
    expect(steps().filter((step) => step === "complete")).toHaveLength(1);
    await expect(copy({ begin: (request) => request.socket.destroy() })).rejects.toMatchObject({ effect: "unknown" });
    expect(steps().filter((step) => step === "begin")).toHaveLength(1);
  });
});

describe("the parts of a copy", () => {
  it("cover every byte once, in at most ten thousand parts of an allowed size", () => {
    const size = fc.integer({ min: 1, max: 5 * 1024 ** 4 });
    const first = fc.option(fc.integer({ min: 1, max: 6 * 1024 ** 3 }), { nil: undefined });
    fc.assert(
      fc.property(size, first, fc.option(fc.nat(20_000), { nil: undefined }), (bytes, part, count) => {
        const chosen = chooseSize(bytes, part, count);
        expect(chosen).toBeGreaterThanOrEqual(5 * MIB);
        expect(chosen).toBeLessThanOrEqual(5 * 1024 * MIB);
        const ranges = rangesOf(bytes, chosen);
        expect(ranges.length).toBeLessThanOrEqual(10_000);
        expect(ranges[0]?.[0]).toBe(0);
        expect(ranges.at(-1)?.[1]).toBe(bytes - 1);
        expect(ranges.every(([from], index) => index === 0 || from === (ranges[index - 1]?.[1] ?? 0) + 1)).toBe(true);
      }),
    );
  });
});
