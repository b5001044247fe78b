import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type BrokerAdminServer, serveBrokerAdmin } from "../../src/rehearsal/broker-admin/server.js";
import { CANARY, INSTANCE, recordOf, SPACE } from "../contract/broker-records.js";
import { goodDeletion, lager } from "../discovery/broker-log.js";
import { Place } from "./program.js";

const PASSWORD = "a-password-of-the-broker";
let server: BrokerAdminServer;
let place: Place;

beforeAll(async () => {
  const authorization = `Basic ${Buffer.from(`broker:${PASSWORD}`).toString("base64")}`;
  server = await serveBrokerAdmin({ version: "0.10.2", authorization, managed: [], kept: [recordOf()] });
});
afterAll(() => server.close());
beforeEach(() => {
  place = new Place();
  writeFileSync(join(place.directory, "broker.log"), lager(goodDeletion(INSTANCE)));
});
afterEach(() => place.remove());

const QUESTION = ["discover", "--broker", "--logs", "broker.log", "--name", "orders-db", "--space", SPACE];

describe("discover that asks the broker", () => {
  it("names what the logs know by its GUID only, and tells no password of its records", async () => {
    const broker = { url: server.url, username: "broker", password: { env: "BROKER_SECRET" } };
    place.configure(JSON.stringify({ broker }));
    const { code, stdout, stderr } = await place.run([...QUESTION, "--json"], { BROKER_SECRET: PASSWORD });
    const { candidates } = JSON.parse(stdout) as { candidates: readonly object[] };
    expect(candidates).toMatchObject([{ guid: INSTANCE, kind: "deleted", name: "orders-db" }]);
    expect(code).toBe(0);
    expect(stdout + stderr).not.toContain(CANARY);
    const refused = await place.run(["discover", "--broker", "--name", "orders-db", "--space", SPACE], {
      BROKER_SECRET: "another-password",
    });
    expect(refused).toMatchObject({ code: 15, stdout: expect.stringContaining("refused to be read (401)") as string });
    expect(refused.stdout + refused.stderr).not.toContain("another-password");
  });

  it("says where its address is to be written, where nobody wrote it", async () => {
    const { code, stderr } = await place.run(QUESTION);
    expect(code).toBe(2);
    expect(stderr).toContain("broker: { url: http://HOST:8888");
  });
});
