/** The place that machines share, at a store that sends more than anybody wrote. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { S3Connection } from "../../../src/adapters/s3/connection.js";
import { S3SharedPlace } from "../../../src/adapters/s3/shared-place.js";
import { FaultyServer, text } from "./faulty-server.js";

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
  return new S3SharedPlace(connection, { bucket: "bucket", prefix: "leases" }, largest);
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
