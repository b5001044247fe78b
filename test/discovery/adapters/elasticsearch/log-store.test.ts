import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { LogStore, type LogStoreOptions } from "../../../../src/discovery/adapters/elasticsearch/log-store.ts";
import { type LogStoreCall, refuseChange } from "../../../../src/discovery/adapters/elasticsearch/read-only.ts";
import { directDialer, loopbackDialer } from "../../../../src/kit/network/dialer.ts";
import { straight } from "../../../../src/kit/network/http-agents.ts";
import { selfSignedCertificate } from "../../../../src/rehearsal/http/certificate.ts";
import type { Listen } from "../../../../src/rehearsal/http/server.ts";
import { type LogStoreServer, serveLogStore } from "../../../../src/rehearsal/log-store/server.ts";
import type { LogStoreState } from "../../../../src/rehearsal/log-store/store.ts";
import { Secrets } from "../../../../src/kit/secrets/secrets.ts";
import { type Fault, FaultyWay } from "../../../contract/faulty-way.ts";
import { line, LOGSEARCH, numbered, raw } from "../../../contract/log-search.ts";
import { StillClock } from "../../../fakes/still-clock.ts";

const INDEX = {
  name: "logs-1",
  status: "open",
  fields: LOGSEARCH,
  documents: numbered([raw(line("deprovision.start"))]),
} as const;
const ASKED = { anyOf: ["broker.deprovision"] };
const PASSWORD = "correct-horse-battery";
const BASIC = Buffer.from(`reader:${PASSWORD}`).toString("base64");

let server: LogStoreServer | undefined;
let secrets: Secrets;
afterEach(() => server?.close());

async function start(state: Partial<LogStoreState> = {}, listen: Listen = {}, fault?: Fault): Promise<LogStoreServer> {
  secrets = new Secrets();
  const way = new FaultyWay();
  if (fault !== undefined) way.add(fault);
  const settings = { ...listen, passage: way.passage };
  server = await serveLogStore({ product: "elasticsearch", version: "8.18.0", indices: [INDEX], ...state }, settings);
  return server;
}

function open(options: Partial<LogStoreOptions> & { readonly url: string }): LogStore {
  const clock = new StillClock(Date.UTC(2026, 10, 21));
  return new LogStore({ index: "logs-*", dial: straight(directDialer()), clock, secrets, ...options });
}

async function found(store: LogStore): Promise<number> {
  let count = 0;
  expect(await store.search(ASKED, () => (count += 1))).toEqual([]);
  return count;
}

async function failure(store: LogStore): Promise<string> {
  const error: unknown = await store
    .search(ASKED, () => undefined)
    .then(
      () => new Error("it answered"),
      (thrown: unknown) => thrown,
    );
  if (!(error instanceof Error)) throw new Error("nothing was thrown");
  return `${"code" in error ? String(error.code) : ""}: ${error.message} ${JSON.stringify(error)}`;
}

describe("a log store", () => {
  it("is asked with a user and a password, or with an API key in either form", async () => {
    const { url } = await start({ authorization: `Basic ${BASIC}` });
    const login = { kind: "password", username: "reader", password: PASSWORD } as const;
    expect(await found(open({ url, login: () => Promise.resolve(login) }))).toBe(1);
    const { answers } = server!;
    const key = Buffer.from("id:secret-of-a-key").toString("base64");
    answers.state = { ...answers.state, authorization: `ApiKey ${key}` };
    for (const given of ["id:secret-of-a-key", key])
      expect(await found(open({ url, login: () => Promise.resolve({ kind: "api-key", key: given }) }))).toBe(1);
    expect(secrets.mask(`${BASIC} ${key}`)).not.toMatch(/[A-Za-z0-9]{8}/);
  });

  it("that refuses the credentials says so, without them", async () => {
    const { url } = await start({ authorization: "Basic other" });
    const login = { kind: "password", username: "reader", password: PASSWORD } as const;
    const told = await failure(open({ url, login: () => Promise.resolve(login) }));
    expect(told).toMatch(/^access-denied: .*401 security_exception/);
    expect(told).not.toContain(PASSWORD);
    expect(told).not.toContain(BASIC);
  });

  it("is believed by the authority that was named, and by no other", async () => {
    const tls = selfSignedCertificate(["127.0.0.1"]);
    const { url } = await start({}, { tls });
    expect(await found(open({ url, ca: tls.cert }))).toBe(1);
    expect(await failure(open({ url }))).toMatch(/^unreachable: the certificate of .* is not trusted/);
    expect(await failure(open({ url, ca: selfSignedCertificate(["127.0.0.1"]).cert }))).toMatch(/is not trusted/);
  });

  it("that nobody serves is unreachable, and one beyond loopback cannot be rehearsed", async () => {
    await start();
    expect(await failure(open({ url: "http://127.0.0.1:9" }))).toMatch(/^unreachable: .*127\.0\.0\.1:9/);
    const dial = straight(loopbackDialer());
    expect(await failure(open({ url: "http://10.0.0.1:9200", dial }))).toMatch(/^rehearsal-escape/);
  });

  it("that only ever asks for patience is unreachable", async () => {
    const { url } = await start({}, {}, { match: "GET /*", kind: "status", status: 429 });
    expect(await failure(open({ url }))).toMatch(/^unreachable: .*429/);
  });
});

describe("what answers in the place of a log store", () => {
  let peer: Server | undefined;
  afterEach(() => peer?.close());

  async function answering(status: number, headers: Record<string, string>, body: string): Promise<LogStore> {
    secrets = new Secrets();
    const made = createServer((_request, response) => response.writeHead(status, headers).end(body));
    peer = made;
    await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
    const { port } = made.address() as AddressInfo;
    return open({ url: `http://127.0.0.1:${port}` });
  }

  const JSON_TYPE = { "content-type": "application/json" };
  it.each([
    [
      "a redirect",
      302,
      { location: "https://u:p@login.example.org/in?next=1" },
      "",
      /a redirect \(302\) to .{1,2}https:\/\/login\.example\.org\/in/,
    ],
    ["a page", 200, { "content-type": "text/html" }, "<!DOCTYPE html><html>log in</html>", /an HTML page/],
    ["nothing", 200, JSON_TYPE, "", /an empty answer/],
    ["JSON of something else", 200, JSON_TYPE, `{"hits":${"[".repeat(5000)}${"]".repeat(5000)}}`, /no list of indices/],
    ["nested lists", 200, JSON_TYPE, `${"[".repeat(5000)}${"]".repeat(5000)}`, /no list of indices/],
  ] as const)(
    "is told as what it is, not as a store without indices: %s",
    async (_name, status, headers, body, told) => {
      const store = await answering(status, headers, body);
      await expect(store.survey()).rejects.toMatchObject({
        code: "answer-malformed",
        message: expect.stringMatching(told) as string,
      });
      expect(await failure(store)).toMatch(/^answer-malformed/);
      store.close();
    },
  );
});

describe("the guard of a log store", () => {
  const body = { query: {} };
  const allowed: readonly LogStoreCall[] = [
    { method: "GET", path: "/" },
    { method: "GET", path: "/_cat/indices/logs-*" },
    { method: "POST", path: "/logs-*,-logs-app-*/_search", body },
    { method: "POST", path: "/logs-*%2C-logs-app-*/_search", body },
    { method: "POST", path: "/logs-1/_pit" },
    { method: "DELETE", path: "/_pit", body: { id: "x" } },
    { method: "DELETE", path: "/_search/scroll", body: { scroll_id: ["x"] } },
  ];
  it.each(allowed)("lets $method $path pass", (call) => {
    expect(() => refuseChange(call)).not.toThrow();
  });

  const refused: readonly LogStoreCall[] = [
    { method: "DELETE", path: "/logs-1" },
    { method: "DELETE", path: "/logs-*" },
    { method: "DELETE", path: "/_all/_search" },
    { method: "POST", path: "/logs-1/_doc", body },
    { method: "POST", path: "/_bulk", body },
    { method: "POST", path: "/logs-1/_pit", body },
    { method: "POST", path: "/logs-1/_delete_by_query", body },
    { method: "POST", path: "/logs-1/_search/../_doc", body },
    { method: "POST", path: "/logs-1%2F_doc%3F/_search", body },
    { method: "POST", path: "/%5Fall/_search", body },
    { method: "POST", path: "/logs-1%5C_doc/_search", body },
    { method: "POST", path: "/logs-1%252F_doc/_search", body },
    { method: "POST", path: "/_search/scroll/..%2f..%2flogs-1/_close", body },
    { method: "POST", path: "/logs-1/_close" },
    { method: "GET", path: "/_search/scroll" },
    { method: "POST", path: "/_scripts/x", body },
  ];
  it.each(refused)("refuses $method $path, before it is sent", (call) => {
    expect(() => refuseChange(call)).toThrow("which is only read");
  });
});
