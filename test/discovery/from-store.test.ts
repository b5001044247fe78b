import { systemClock } from "../../src/kit/clock/system-clock.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LogStore } from "../../src/discovery/adapters/elasticsearch/log-store.ts";
import { directDialer } from "../../src/kit/network/dialer.ts";
import { straight } from "../../src/kit/network/http-agents.ts";
import { discover } from "../../src/discovery/answer/discover.ts";
import { readLogLines } from "../../src/discovery/lines/log-line.ts";
import { DELETIONS, LIFE, UPLOADS } from "../../src/discovery/sources/store-phrases.ts";
import type { LogSearch } from "../../src/ports/log-search.ts";
import { hasPhrase, wordsOf } from "../../src/rehearsal/log-store/matching.ts";
import { type LogStoreServer, serveLogStore } from "../../src/rehearsal/log-store/server.ts";
import type { StoredDocument, StoredIndex } from "../../src/rehearsal/log-store/store.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";
import { eraF, GUID, goodDeletion, lager } from "./broker-log.ts";
import { FaultyWay } from "../contract/faulty-way.ts";
import { StillClock } from "../fakes/still-clock.ts";
import { documentsOf as documentsFrom, essence } from "./stored-logs.ts";
import { bytesOf, FOUNDATIONS, memoryLogs, truthOf } from "./recorded-logs.ts";

const now = new Date("2016-03-18T00:00:00Z");
const AT = "2016-03-17T06:10:17.000Z";
let server: LogStoreServer;
const way = new FaultyWay();

beforeAll(async () => {
  const state = { product: "elasticsearch", version: "8.18.0", indices: [] } as const;
  server = await serveLogStore(state, { passage: way.passage });
});
afterAll(() => server.close());

function put(...indices: readonly StoredIndex[]): void {
  server.answers.state = { ...server.answers.state, indices };
}

function index(name: string, documents: readonly StoredDocument[]): StoredIndex {
  return { name, status: "open", fields: { "@timestamp": { type: "date" } }, documents };
}

const documentsOf = (text: string, at = AT): readonly StoredDocument[] => documentsFrom(text, at);

function open(pattern: string): LogSearch {
  const dial = straight(directDialer());
  return new LogStore({ url: server.url, index: pattern, dial, clock: systemClock(), secrets: new Secrets() });
}

async function search(pattern: string, query = {}) {
  return await discover({ sources: { stores: [open(pattern)], now }, query });
}

describe("a log store that is not reached", () => {
  it("is not said to hold nothing of the time that was asked for", async () => {
    const gone = await serveLogStore({ product: "elasticsearch", version: "8.18.0", indices: [] });
    await gone.close();
    const dial = straight(directDialer());
    const { url } = gone;
    const store = new LogStore({ url, index: "*", dial, clock: new StillClock(), secrets: new Secrets() });
    const { table, exitCode } = await discover({ sources: { stores: [store], now }, query: { around: new Date(AT) } });
    store.close();
    expect(table).toContain("; what it holds of 2016-03-16T06:10:17.000Z to 2016-03-18T06:10:17.000Z is not known");
    expect(table).not.toContain("it holds nothing");
    expect(exitCode).toBe(15);
  });
});

describe("a log store", () => {
  it("shows a deletion with the document that proves it", async () => {
    put(index("logs-1", documentsOf(lager(goodDeletion()))));
    const { document, exitCode, table } = await search("logs-*");
    expect(exitCode).toBe(0);
    expect(document.candidates).toMatchObject([{ guid: GUID, kind: "deleted" }]);
    expect(document.candidates[0]?.evidence[0]).toMatchObject({
      source: "log-store",
      store: `${server.url}/logs-*`,
      index: "logs-1",
      id: "d0",
      time: AT,
      text: expect.stringContaining("deprovision.start") as string,
    });
    expect(document.coverage).toMatchObject([{ source: "log-store", complete: true, from: AT }]);
    expect(table).toContain("proof    logs-1/d0");
  });

  it("is one source with the log files: a line that both have is no second proof", async () => {
    const text = lager(goodDeletion());
    put(index("logs-1", documentsOf(text)));
    const files = memoryLogs({ "b.log": text }, { modifiedAt: now });
    const alone = await discover({ sources: { logs: { files, patterns: ["b.log"] }, now }, query: {} });
    const sources = { logs: { files, patterns: ["b.log"] }, stores: [open("logs-1")], now };
    const both = await discover({ sources, query: {} });
    expect(both.document.candidates[0]?.score).toBe(alone.document.candidates[0]?.score);
    expect(new Set(both.document.candidates[0]?.evidence.map(({ source }) => source))).toEqual(
      new Set(["logs", "log-store"]),
    );
  });

  it("is asked around the time, and of what it found then, for all time", async () => {
    const reborn = lager(
      [["add-node.perform", { "instance-id": GUID }], eraF.saved(1)],
      undefined,
      1458195017 + 864_000,
    );
    put(
      index("logs-1", documentsOf(lager(goodDeletion()))),
      index("logs-2", documentsOf(reborn, "2016-03-27T06:10:17Z")),
      index("logs-0", documentsOf("nothing", "2016-03-01T00:00:00Z")),
    );
    const query = { around: new Date(AT), windowMs: 3_600_000 };
    const { document } = await search("logs-*", query);
    expect(document.candidates).toMatchObject([{ guid: GUID, kind: "recreated" }]);
    expect(document.coverage[0]).toMatchObject({ complete: true });
  });

  it("is asked for all time if everything is to be listed", async () => {
    put(index("logs-1", documentsOf(lager(goodDeletion()))), index("logs-2", documentsOf("x", "2016-03-10T00:00:00Z")));
    const query = { around: new Date("2016-03-12T00:00:00Z"), windowMs: 3_600_000 };
    expect((await search("logs-*", query)).document.candidates).toEqual([]);
    const { document } = await search("logs-*", { ...query, all: true });
    expect(document.candidates).toMatchObject([{ guid: GUID, fits: false }]);
  });

  it("learns by how much its times are off if a collector gave them no zone", async () => {
    const lines = lager(goodDeletion())
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => `Mar 16 23:10:17 0.router broker.stdout.log:  ${line}`);
    put(index("logs-1", documentsOf(lines.join("\n"), "2016-03-16T23:10:17Z")));
    const { document } = await search("logs-*", { around: new Date(AT), windowMs: 60_000 });
    expect(document.candidates).toMatchObject([
      { guid: GUID, kind: "deleted", deletedAt: expect.stringMatching(/^2016-03-17T06:10:17/) as string },
    ]);
    expect(document.coverage[0]).toMatchObject({ zones: ["-07:00"] });
  });

  it("that holds no broker's line at any time, or not the time asked for, shows nothing: 15", async () => {
    put(index("logs-1", documentsOf("GET / 200")));
    expect(await search("logs-*")).toMatchObject({
      exitCode: 15,
      document: { coverage: [{ complete: false, why: "no line of a Dingo PostgreSQL broker is in this store" }] },
    });
    put(index("logs-1", documentsOf(lager([["catalog.start"]]))));
    expect(await search("logs-*")).toMatchObject({ exitCode: 17 });
    const early = { around: new Date("2016-03-10T00:00:00Z"), windowMs: 3_600_000 };
    const { exitCode, document } = await search("logs-*", early);
    expect(exitCode).toBe(15);
    expect(document.coverage[0]?.why).toMatch(/does not reach over the whole time/);
  });

  it("that fails, or answers in part, is a hole and no answer", async () => {
    put(index("logs-1", documentsOf(lager([["catalog.start"]]))));
    const partly = JSON.stringify({ timed_out: true, _shards: { total: 2, failed: 0 }, hits: { hits: [] } });
    const cases = [
      [{ match: "* /*", kind: "status", status: 500 } as const, /did not answer: 500/],
      [{ match: "* /*", kind: "status", status: 403 } as const, /refused to be read/],
      [{ match: "* /*", kind: "cut", when: "before" } as const, /did not answer/],
      [{ match: "POST /_search", kind: "status", status: 200, body: partly } as const, /gave up before/],
      [{ match: "POST /_search", kind: "cut", when: "after" } as const, /did not answer/],
      [{ match: "POST /_search", kind: "status", status: 200, body: "{}" } as const, /no answer to a search/],
    ] as const;
    for (const [fault, why] of cases) {
      way.suffer(fault);
      const { exitCode, document } = await search("logs-*");
      way.suffer();
      expect(exitCode).toBe(15);
      expect(document.coverage[0]).toMatchObject({ complete: false, why: expect.stringMatching(why) as string });
    }
  });

  it("that asks for patience is asked again", async () => {
    put(index("logs-1", documentsOf(lager(goodDeletion()))));
    way.suffer({ match: "POST /_search", kind: "status", status: 429, times: 1 });
    expect(await search("logs-*")).toMatchObject({ exitCode: 0 });
  });
});

describe.each(FOUNDATIONS)("a log store with the logs of %s", (foundation) => {
  const { scenarios, canaries } = truthOf(foundation);

  it("shows what its files show, and no secret", async () => {
    const kept = scenarios.map(({ file }) => bytesOf(foundation, file).toString("latin1")).join("\n");
    put(index("logs-1", documentsOf(kept)));
    const logs = { files: memoryLogs({ all: kept }), patterns: ["all"] };
    const byFile = await discover({ sources: { logs, now }, query: {} });
    const byStore = await search("logs-1");
    expect(essence(byStore)).toEqual(essence(byFile));
    expect(byStore.document.candidates.length).toBeGreaterThan(0);
    const shown = JSON.stringify(byStore.document) + byStore.table;
    expect(canaries.some((canary) => kept.includes(canary))).toBe(true);
    expect(canaries.filter((canary) => shown.includes(canary))).toEqual([]);
  });

  it("is asked for every line that means something", () => {
    const phrases = [...DELETIONS, ...LIFE, ...UPLOADS].map(wordsOf);
    for (const { file } of scenarios)
      for (const text of bytesOf(foundation, file).toString("latin1").split("\n")) {
        const { fact } = readLogLines(text, { file, byteOffset: 0 })[0] ?? {};
        if (fact === undefined || text.includes("DETAIL: Uploading")) continue;
        const words = wordsOf(text);
        expect(
          phrases.some((phrase) => hasPhrase(words, phrase)),
          text.slice(0, 300),
        ).toBe(true);
      }
  });
});
