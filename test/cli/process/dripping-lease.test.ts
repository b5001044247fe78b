/** A store that sends the lease byte by byte, before the engine has begun: a signal ends the process at once. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { EXIT } from "../../../src/errors.ts";
import { Place } from "../program.ts";

let place: Place;
let asked: Promise<void>;
const store = createServer();
beforeEach(async () => {
  place = new Place();
  asked = new Promise((resolve) => {
    store.on("request", (_, response) => {
      response.writeHead(200, { etag: '"abc"', "content-length": "1000" });
      const timer = setInterval(() => response.write("x"), 100);
      response.on("close", () => clearInterval(timer));
      resolve();
    });
  });
  await new Promise<void>((resolve) => store.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  store.closeAllConnections();
  store.close();
  store.removeAllListeners("request");
  place.remove();
});

it.each(["SIGINT", "SIGTERM"] as const)("ends at %s, with nothing begun", async (signal) => {
  const { port } = store.address() as AddressInfo;
  const secret = "{ env: SECRET_OF_TEST }";
  place.configure(`cf: { api: "https://127.0.0.1:1", username: admin, password: ${secret} }
bosh: { environment: "https://127.0.0.1:1", client: x, client_secret: ${secret} }
s3:
  endpoint: http://127.0.0.1:${port}
  region: us-east-1
  bucket: backups
  credentials: { access_key_id: AKX, secret_access_key: ${secret} }
lease: s3://leases/dingo
`);
  const inputs = ["service", "org", "space"].flatMap((name) => ["--input", `${name}=x`]);
  const words = ["run", "recover-deleted-service", "--non-interactive", ...inputs];
  const { child, ended } = place.start(words, { SECRET_OF_TEST: "not-known" });
  await asked;
  child.kill(signal);
  const killer = setTimeout(() => child.kill("SIGKILL"), 15_000);
  const { code, stderr } = await ended;
  clearTimeout(killer);
  expect(code, stderr).toBe(EXIT.interrupted);
  expect(stderr).toContain(`stopped by ${signal === "SIGINT" ? "Ctrl-C" : signal}`);
});
