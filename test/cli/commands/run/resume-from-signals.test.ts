import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { EXIT } from "../../../../src/errors.ts";
import { Place } from "../../program.ts";

const LEASE = "leases/runs/20261121-020000-abcd/lease.json";
const LISTING = `<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>${LEASE}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>"a"</ETag><Size>1</Size></Contents></ListBucketResult>`;

let place: Place;
let server: Server;
/** Tells that somebody waits for the lease. */
let asked: () => void = () => undefined;
beforeEach(async () => {
  place = new Place();
  server = createServer((request, response) => {
    if (request.url?.includes("list-type=2") === true) return void response.writeHead(200).end(LISTING);
    response.writeHead(200, { etag: '"a"', "content-length": "100000" }).write(" ");
    asked();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  place.remove();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

it.each(["SIGINT", "SIGTERM"] as const)("resume --from a store whose lease never ends, ends on %s", async (signal) => {
  const { port } = server.address() as AddressInfo;
  const keys = { AWS_ACCESS_KEY_ID: "somebody", AWS_SECRET_ACCESS_KEY: "some-secret", AWS_REGION: "us-east-1" };
  const waits = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const { child, ended } = place.start(["resume", "--from", "s3://bucket/leases"], {
    ...keys,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
  });
  await waits;
  child.kill(signal);
  const { code, stderr } = await ended;
  expect(code).toBe(EXIT.interrupted);
  expect(stderr).toContain("(interrupted)");
});
