/** Bad weather over a log store: every kind of it at every call that a search makes. */
import { afterEach, describe, expect, it } from "vitest";
import { LogStore } from "../../src/discovery/adapters/elasticsearch/log-store.ts";
import { directDialer } from "../../src/kit/network/dialer.ts";
import { straight } from "../../src/kit/network/http-agents.ts";
import { discover, type DiscoverResult } from "../../src/discovery/answer/discover.ts";
import { type LogStoreServer, serveLogStore } from "../../src/rehearsal/log-store/server.ts";
import type { LogStoreState } from "../../src/rehearsal/log-store/store.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";
import { StillClock } from "../fakes/still-clock.ts";
import { AFTER, type Kind, KINDS } from "../players/weather/blow.ts";
import { blowOf } from "../players/weather/grammar.ts";
import { Weather } from "../players/weather/weather.ts";
import { goodDeletion, lager } from "./broker-log.ts";
import { documentsOf, essence } from "./stored-logs.ts";

const AT = "2016-03-17T06:10:17.000Z";
const now = new Date("2016-03-18T00:00:00Z");
const DELETED = lager(goodDeletion());
const QUIET = lager([["catalog.start"]]);
/** In all of these the right answer came, sooner or later. */
const HARMLESS: readonly Kind[] = ["slow", "duplicate", "twice"];
/** Asked again when one answer of these was lost. */
const PASSING: readonly Kind[] = ["502", "503"];
const ALL = Object.keys(KINDS) as Kind[];
const STROKES = [...ALL, ...AFTER.map((kind) => `after-${kind}`)];
const SERVERS = [
  ["elasticsearch", "7.6.1"],
  ["elasticsearch", "8.18.0"],
  ["opensearch", "2.19.1"],
] as const;

let server: LogStoreServer | undefined;
let weather: Weather;
afterEach(() => server?.close());

async function serve(text: string, product: Pick<LogStoreState, "product" | "version">): Promise<void> {
  // A minute of the box is over at once.
  const clock = { realMs: Date.now(), epochMs: 0, rate: 1, until: () => Promise.resolve() };
  weather = new Weather();
  const fields = { "@timestamp": { type: "date" } } as const;
  const indices = [{ name: "logs-1", status: "open", fields, documents: documentsOf(text, AT) }] as const;
  server = await serveLogStore({ ...product, indices }, { passage: weather.over(clock) });
}

async function search(fault?: string): Promise<DiscoverResult> {
  weather.turn(fault === undefined ? [] : [blowOf(`log-store:${fault}`)]);
  const url = server?.url ?? "";
  const dial = straight(directDialer());
  const store = new LogStore({ url, index: "logs-*", dial, clock: new StillClock(), secrets: new Secrets() });
  try {
    return await discover({ sources: { stores: [store], now }, query: {} });
  } finally {
    store.close();
  }
}

describe.each(SERVERS)("bad weather over %s %s", (product, version) => {
  it("hides no deletion without a word, whichever call it strikes", async () => {
    await serve(DELETED, { product, version });
    const fine = await search();
    const operations = new Set(weather.operations);
    expect(fine).toMatchObject({ exitCode: 0, document: { coverage: [{ complete: true }] } });
    expect(operations.size).toBeGreaterThan(4);
    for (const operation of operations)
      for (const stroke of STROKES) {
        const found = await search(`${operation}=${stroke}`);
        const { complete, why } = found.document.coverage[0] ?? {};
        const told = `${operation} ${stroke}: ${why}`;
        if (complete === true) expect(essence(found), told).toEqual(essence(fine));
        else expect([15, 20], told).toContain(found.exitCode);
        expect(weather.struck.splice(0), told).toHaveLength(1);
      }
  });

  it("is never taken for silence", async () => {
    await serve(QUIET, { product, version });
    expect(await search()).toMatchObject({ exitCode: 17 });
    // The calls that free a search, and the one that tells who answers, can be done without.
    const needed = [...new Set(weather.operations)].filter(
      (operation) => !/^DELETE|^GET\/$|_pit$|point_in_time$/.test(operation),
    );
    expect(needed.length).toBeGreaterThan(3);
    for (const operation of needed)
      for (const kind of ALL) {
        const exits = [
          (await search(`${operation}#1-=${kind}`)).exitCode,
          (await search(`${operation}=${kind}`)).exitCode,
        ];
        const [always, once] = HARMLESS.includes(kind) ? [17, 17] : [15, PASSING.includes(kind) ? 17 : 15];
        expect(exits, `${operation} ${kind}`).toEqual([always, once]);
      }
  });

  it("that is long gone at the first call shows in the answer, with its reason", async () => {
    await serve(DELETED, { product, version });
    const { document, exitCode, table } = await search("*=away:5m");
    expect(exitCode).toBe(15);
    expect(document.coverage[0]).toMatchObject({
      complete: false,
      why: expect.stringMatching(/did not answer/) as string,
    });
    expect(table).toContain("a deletion may exist that was not seen");
  });
});

describe("a page of a scroll that was lost on its way", () => {
  it("is missed by its documents, because asking again gives the next one", async () => {
    await serve(DELETED.repeat(200), { product: "elasticsearch", version: "7.6.1" });
    expect((await search()).document.coverage[0]).toMatchObject({ complete: true });
    for (const stroke of ["after-503", "twice"])
      expect((await search(`POST/_search/scroll=${stroke}`)).document.coverage[0], stroke).toMatchObject({
        complete: false,
        why: expect.stringMatching(/\d+ of \d+ documents that fit were not delivered/) as string,
      });
  });
});
