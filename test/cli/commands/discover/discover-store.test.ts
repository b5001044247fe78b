import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type LogStoreServer, serveLogStore } from "../../../../src/rehearsal/log-store/server.ts";
import { GUID, goodDeletion, lager } from "../../../discovery/broker-log.ts";
import { documentsOf } from "../../../discovery/stored-logs.ts";
import { Place } from "../../program.ts";

const PASSWORD = "a-long-password";
let server: LogStoreServer;
let place: Place;

beforeAll(async () => {
  const authorization = `Basic ${Buffer.from(`reader:${PASSWORD}`).toString("base64")}`;
  const documents = documentsOf(lager(goodDeletion()), "2016-03-17T06:10:17Z");
  const fields = { "@timestamp": { type: "date" } } as const;
  const indices = [{ name: "logs-2016.03.17", status: "open", fields, documents }] as const;
  server = await serveLogStore({ product: "opensearch", version: "2.19.1", authorization, indices });
});
afterAll(() => server.close());
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

describe("discover in a log store", () => {
  it("searches the one that the configuration names, with the log-in that it names", async () => {
    const store = { url: server.url, index: "logs-*", username: "reader", password: { env: "READER" } };
    place.configure(JSON.stringify({ opensearch: store }));
    const { code, stdout } = await place.run(["discover", "--json"], { READER: PASSWORD });
    expect(JSON.parse(stdout)).toMatchObject({
      candidates: [{ guid: GUID, kind: "deleted" }],
      coverage: [{ source: "log-store", store: `${server.url}/logs-*`, complete: true }],
    });
    expect(code).toBe(0);
    const refused = await place.run(["discover"], { READER: "another-password" });
    expect(refused).toMatchObject({ code: 15, stdout: expect.stringContaining("refused to be read") as string });
    expect(refused.stdout + refused.stderr).not.toContain("another-password");
  });

  it("searches the one that was named, as whom the variables say", async () => {
    const env = { OPENSEARCH_USERNAME: "reader", OPENSEARCH_PASSWORD: PASSWORD };
    const { code, stdout, stderr } = await place.run(["discover", "--opensearch", server.url], env);
    expect(stdout).toContain(`1. ${GUID}`);
    expect(code).toBe(0);
    expect(stderr).toContain(`${server.url} is spoken to without TLS: its log-in can be read on the way`);
  });

  it("asks no configured store if files alone were named", async () => {
    place.configure(JSON.stringify({ opensearch: { url: server.url } }));
    writeFileSync(join(place.directory, "b.log"), lager(goodDeletion()));
    const { stdout } = await place.run(["discover", "--logs", "b.log", "--json"]);
    const { coverage } = JSON.parse(stdout) as { coverage: readonly { source: string }[] };
    expect(coverage.map(({ source }) => source)).toEqual(["logs"]);
  });

  it("takes no address with a password in it, and does not repeat it", async () => {
    const { code, stdout, stderr } = await place.run(["discover", "--elasticsearch", "https://reader:secret-word@es"]);
    expect(code).toBe(2);
    expect(stdout + stderr).toContain("--elasticsearch");
    expect(stdout + stderr).not.toContain("secret-word");
  });
});
