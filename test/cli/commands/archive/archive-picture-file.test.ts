/** `archive verify --svg FILE`: written as every file that a person asks for is. */
import { readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { verifyCommand } from "../../../../src/cli/commands/archive/archive-verify.ts";
import { testDirectory } from "../../../directory.ts";

let place = "";
let server: Server;
beforeEach(async () => {
  place = testDirectory();
  server = createServer((_, response) => void response.writeHead(403).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  writeFileSync(
    join(place, "c.yml"),
    `s3: { endpoint: "http://127.0.0.1:${(server.address() as AddressInfo).port}", region: us-east-1 }\n`,
    { mode: 0o600 },
  );
  vi.stubEnv("AWS_ACCESS_KEY_ID", "a").stubEnv("AWS_SECRET_ACCESS_KEY", "b");
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await new Promise((resolve) => server.close(resolve));
});

it("takes the place of a link, and is not written through it", async () => {
  const [file, precious] = [join(place, "wal.svg"), join(place, "precious")];
  writeFileSync(precious, "mine");
  symlinkSync(precious, file);
  const given = {
    config: join(place, "c.yml"),
    json: true,
    color: false,
    svg: file,
    location: "s3://bucket/backups/a",
  };
  await verifyCommand(given as unknown as Parameters<typeof verifyCommand>[0]);
  expect(readFileSync(precious, "utf8")).toBe("mine");
  expect(readFileSync(file, "utf8")).toContain("<svg");
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
