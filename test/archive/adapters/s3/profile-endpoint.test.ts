/** An endpoint in the files of AWS is not known to the settings: identity and report would name AWS. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { openArchiveStore } from "../../../../src/archive/adapters/s3/archive-store.ts";
import { testDirectory } from "../../../directory.ts";
import { FaultyServer } from "./faulty-server.ts";

let server: FaultyServer;
beforeAll(async () => {
  server = await FaultyServer.start();
});
afterAll(() => server.stop());
beforeEach(() => server.script((_request, response) => void response.writeHead(404).end()));

it.each([
  ["its profile", (url: string) => `[default]\nendpoint_url = ${url}\n`],
  ["its services", (url: string) => `[default]\nservices = ours\n[services ours]\ns3 =\n  endpoint_url = ${url}\n`],
])("sends nothing to an endpoint that only %s names", async (_what, file) => {
  const path = join(testDirectory(), "config");
  writeFileSync(path, file(server.endpoint));
  vi.stubEnv("AWS_CONFIG_FILE", path);
  try {
    const { clock, secrets } = server;
    const credentials = () => Promise.resolve({ accessKeyId: "KEYID", secretAccessKey: "canary-secret-key" });
    const store = openArchiveStore({ clock, secrets, credentials, environment: {}, region: "us-east-1" });
    const refused = { code: "config-invalid", place: "s3.endpoint", message: expect.stringContaining(server.endpoint) };
    await expect(store.reader().list("bucket", "backups/")).rejects.toMatchObject(refused);
    await expect(store.identity()).rejects.toMatchObject(refused);
    expect(server.requests).toEqual([]);
  } finally {
    vi.unstubAllEnvs();
  }
});
