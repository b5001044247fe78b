import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EXIT } from "../../../../src/errors.ts";
import { Place } from "../../program.ts";

let place: Place;
let server: Server;
let pages = 0;
/** Tells of the page that somebody waits for. */
let listed: () => void = () => undefined;
beforeEach(async () => {
  place = new Place();
  pages = 0;
  // A listing that never ends: each page has a key and leads to another one.
  server = createServer((request, response) => {
    if (request.url?.includes("list-type=2") !== true) return void response.writeHead(404).end();
    pages += 1;
    if (pages === 3) listed();
    const key = `x/wal/wal_005/${String(pages).padStart(24, "0")}.lzo`;
    const row = `<Contents><Key>${key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>"${"0".repeat(32)}"</ETag><Size>1</Size></Contents>`;
    const page = `<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t${pages}</NextContinuationToken>${row}</ListBucketResult>`;
    setTimeout(() => response.writeHead(200, { server: "MinIO" }).end(page), 5);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  place.remove();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe("a look at an archive that would take for ever", () => {
  it.each([
    ["SIGINT", ["verify", "s3://bucket/x/wal"]],
    ["SIGTERM", ["verify", "s3://bucket/x/wal", "--deep=full", "--json"]],
    ["SIGINT", ["copy", "s3://bucket/x/wal", "s3://bucket/y/wal"]],
    ["SIGTERM", ["restore", "s3://bucket/x/wal", "there"]],
  ] as const)("ends on %s: archive %s", async (signal, words) => {
    const { port } = server.address() as AddressInfo;
    const keys = { AWS_ACCESS_KEY_ID: "somebody", AWS_SECRET_ACCESS_KEY: "some-secret", AWS_REGION: "us-east-1" };
    const atWork = new Promise<void>((resolve) => {
      listed = resolve;
    });
    const { child, ended } = place.start(["archive", ...words], {
      ...keys,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    });
    await atWork;
    child.kill(signal);
    const { code, stderr, stdout } = await ended;
    expect(code).toBe(EXIT.interrupted);
    expect(stderr).toContain("(interrupted)");
    expect(stderr).toContain("Run the same command again");
    expect(stdout).not.toContain("verdict");
  });
});
