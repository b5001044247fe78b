/** Keys for sources read archives and nothing else. The others write, and are asked when the first may not know. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { OpenArchiveStore } from "../../../../src/archive/adapters/s3/archive-store.ts";
import { error, FaultyServer, type Reply } from "./faulty-server.ts";

const SOURCE = { bucket: "bucket", prefix: "backups/old/wal" };
const TARGET = { bucket: "bucket", prefix: "backups/new/wal" };
const SECRET = "canary-of-the-source";

let server: FaultyServer;
let store: OpenArchiveStore;
beforeAll(async () => {
  server = await FaultyServer.start();
});
afterAll(() => server.stop());
beforeEach(() => {
  server.script(anything);
  store = server.store({
    sourceCredentials: () => Promise.resolve({ accessKeyId: "READER", secretAccessKey: SECRET }),
  });
});

const OBJECT = { etag: '"abc"', "last-modified": "Sat, 21 Nov 2026 12:00:00 GMT" };
const anything: Reply = ({ method, url = "" }, response) => {
  const isObject = method === "HEAD" || (method === "GET" && !url.includes("list-type"));
  response.writeHead(200, { ...OBJECT, ...(isObject ? { "content-length": "3" } : {}) });
  if (method === "HEAD") return void response.end();
  if (url.includes("list-type"))
    return void response.end("<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");
  if (method === "PUT")
    return void response.end(
      '<CopyObjectResult><ETag>"abc"</ETag><LastModified>2026-11-21T12:00:00.000Z</LastModified></CopyObjectResult>',
    );
  return void response.end("abc");
};

/** Each request as "METHOD by whose key". */
const spoken = (): readonly string[] =>
  server.requests.map(
    ({ method, headers }) => `${method} ${/Credential=(\w+)\//u.exec(headers.authorization ?? "")?.[1] ?? "nobody"}`,
  );

describe("keys for sources", () => {
  it("read all that is only read", async () => {
    const reader = store.reader();
    await reader.list("bucket", "backups/old/wal/");
    await reader.get({ bucket: "bucket", key: "backups/old/wal/x" });
    for await (const _ of await reader.stream({ bucket: "bucket", key: "backups/old/wal/x" }));
    await reader.head({ bucket: "bucket", key: "backups/old/wal/x" });
    expect(spoken()).toEqual(["GET READER", "GET READER", "GET READER", "HEAD READER"]);
    expect(await store.readingIdentity()).toMatchObject({ keyId: "READER" });
    expect(await store.identity()).toMatchObject({ keyId: "KEYID" });
  });

  it("read the source of a writer; its copies, its target and its deletes are the others'", async () => {
    const writer = store.writer({ source: SOURCE, into: [TARGET] });
    await writer.list("bucket", "backups/old/wal/");
    await writer.head({ bucket: "bucket", key: "backups/old/wal/x" });
    await writer.head({ bucket: "bucket", key: "backups/new/wal/x" });
    const [from, to] = [
      { bucket: "bucket", key: "backups/old/wal/x" },
      { bucket: "bucket", key: "backups/new/wal/x" },
    ];
    await writer.copy(from, to, { ifMatch: "abc", size: 3, storageClass: "STANDARD" });
    await writer.remove(to);
    expect(spoken()).toEqual(["GET READER", "HEAD READER", "HEAD KEYID", "PUT KEYID", "DELETE KEYID"]);
  });

  it("write no lease", async () => {
    await store.shared({ bucket: "bucket", prefix: "leases" }).write("a", "{}", "any");
    expect(new Set(spoken())).toEqual(new Set(["GET KEYID", "PUT KEYID"]));
  });

  it("leave to the others what they may not be told of a bucket", async () => {
    server.script(error(403, "AccessDenied"));
    await store.protection("bucket");
    expect(spoken().slice(0, 1)).toEqual(["GET READER"]);
    expect(spoken()).toContain("GET KEYID");
  });

  it("stand alone if there are no others, and nothing is written", async () => {
    store = server.store({
      sourceCredentials: () => Promise.resolve({ accessKeyId: "READER", secretAccessKey: SECRET }),
      credentials: () => Promise.reject(new Error("no keys")),
    });
    await store.reader().list("bucket", "backups/");
    expect(spoken()).toEqual(["GET READER"]);
  });

  it("are masked as the others are", async () => {
    await store.readingIdentity();
    expect(server.secrets.mask(`it is ${SECRET}`)).not.toContain(SECRET);
  });
});
