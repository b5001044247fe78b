/** The place that machines share, at a store that sends more than anybody wrote. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { S3Connection } from "../../../../src/archive/adapters/s3/connection.ts";
import { Guard } from "../../../../src/archive/adapters/s3/guard/guard.ts";
import { S3SharedPlace } from "../../../../src/archive/adapters/s3/shared-place.ts";
import { readSeen } from "../../../../src/engine/lease/keeper.ts";
import { error, FaultyServer, text } from "./faulty-server.ts";

let server: FaultyServer;
beforeAll(async () => {
  server = await FaultyServer.start();
});
afterAll(() => server.stop());

function placeOf(largest?: number): S3SharedPlace {
  const connection = new S3Connection({
    clock: server.clock,
    secrets: server.secrets,
    endpoint: server.endpoint,
    region: "us-east-1",
    credentials: () => Promise.resolve({ accessKeyId: "KEYID", secretAccessKey: "canary-secret-key" }),
    environment: {},
  });
  const at = { bucket: "bucket", prefix: "leases" };
  const permit = new Guard(() => Promise.resolve(false)).shared(at);
  return new S3SharedPlace(connection, { ...at, permit }, largest);
}

describe("an object in the shared place", () => {
  it("is read up to the limit, in whatever pieces its letters come", async () => {
    server.script((_, response) => {
      response.writeHead(200, { etag: '"abc"' });
      const bytes = Buffer.from("ün");
      response.write(bytes.subarray(0, 1), () => response.end(bytes.subarray(1)));
    });
    expect(await placeOf(3).read("a")).toEqual({ content: "ün", version: "abc" });
  });

  it("that is larger than what is read of one is refused before it is read, and asked for once", async () => {
    server.script((_, response) => {
      response.writeHead(200, { etag: '"abc"', "content-length": String(2 ** 40) });
      response.write("x");
    });
    await expect(placeOf().read("a")).rejects.toMatchObject({
      code: "answer-malformed",
      place: "s3://bucket/leases/a",
    });
    expect(server.requests).toHaveLength(1);
  });

  it("that goes on without having said so is refused at the limit", async () => {
    server.script((_, response) => {
      response.writeHead(200, { etag: '"abc"' });
      const more = (): void => {
        if (!response.destroyed) response.write("x".repeat(1000), more);
      };
      more();
    });
    await expect(placeOf(100_000).read("a")).rejects.toMatchObject({ code: "answer-malformed" });
    server.script(text(200, "small", { etag: '"abc"' }));
    expect(await placeOf(100_000).read("a")).toEqual({ content: "small", version: "abc" });
  });
});

describe("a claim", () => {
  it("is never read beyond what any claim has, however much comes", async () => {
    server.script((_, response) => {
      response.writeHead(200, { etag: '"abc"' });
      const more = (): void => {
        if (!response.destroyed) response.write("x".repeat(10_000), more);
      };
      more();
    });
    await expect(readSeen(placeOf(), "runs/20261121-020000-abcd/lease.json")).rejects.toMatchObject({
      code: "answer-malformed",
      message: expect.stringContaining("131072 bytes") as string,
    });
  });
});

describe("a lease whose place somebody else named", () => {
  const empty = text(
    200,
    "<ListBucketResult><IsTruncated>false</IsTruncated><KeyCount>0</KeyCount></ListBucketResult>",
  );
  const methods = () => server.requests.map(({ method }) => method);

  it("inside an archive by its name never reaches the network", async () => {
    server.script(text(200, "", { etag: '"abc"' }));
    const place = server.store().shared({ bucket: "tenant-backups", prefix: "spilo/pg-main/wal_005" });
    await expect(place.write("conditions.json", "{}", "absent")).rejects.toMatchObject({
      code: "source-protected",
      effect: "none",
    });
    expect(server.requests).toEqual([]);
  });

  it("with an archive above it is looked at and not written to", async () => {
    const row = `<Contents><Key>spilo/pg-main/wal_005/1</Key><Size>1</Size><ETag>"a"</ETag><LastModified>2026-11-21T00:00:00.000Z</LastModified></Contents>`;
    const found = text(
      200,
      `<ListBucketResult><IsTruncated>false</IsTruncated><KeyCount>1</KeyCount>${row}</ListBucketResult>`,
    );
    server.script((request, response) =>
      ((request.url ?? "").includes("pg-main%2Fwal_005") ? found : empty)(request, response),
    );
    const place = server.store().shared({ bucket: "tenant-backups", prefix: "spilo/pg-main/state" });
    await expect(place.write("conditions.json", "{}", "absent")).rejects.toMatchObject({
      code: "source-protected",
      effect: "none",
    });
    expect(new Set(methods())).toEqual(new Set(["GET"]));
  });

  it("whose bucket these keys may not list is not written to", async () => {
    server.script(error(403, "AccessDenied"));
    const place = server.store().shared({ bucket: "somebodys", prefix: "collect" });
    await expect(place.write("conditions.json", "{}", "absent")).rejects.toMatchObject({ code: "access-denied" });
    expect(methods()).not.toContain("PUT");
  });

  it("with no archive above it is written to", async () => {
    const written = text(200, "", { etag: '"abc"' });
    server.script((request, response) => (request.method === "PUT" ? written : empty)(request, response));
    const place = server.store().shared({ bucket: "ours", prefix: "leases" });
    expect(await place.write("conditions.json", "{}", "absent")).toEqual({ is: "written", version: "abc" });
  });
});
