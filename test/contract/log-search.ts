/** The contract of every log store behind the port: the box's as each product and version, and the real servers. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LogDocument, LogQuery, LogSearch } from "../../src/ports/log-search.ts";
import { discover } from "../../src/discovery/answer/discover.ts";
import { bytesOf, type FOUNDATIONS, memoryLogs, truthOf } from "../discovery/recorded-logs.ts";
import { documentsOf, essence } from "../discovery/stored-logs.ts";
import type { Field, StoredDocument } from "../../src/rehearsal/log-store/store.ts";

export interface LogStoreFixture {
  /** A small `largestAnswer` makes large documents cheap. */
  open(index: string, limits?: { readonly largestAnswer: number }): LogSearch;
  /** An index of these fields and documents, searchable at once; `shards` if a server has any. */
  make(
    name: string,
    content: {
      readonly fields?: Readonly<Record<string, Field>>;
      readonly documents: readonly StoredDocument[];
      readonly shards?: number;
    },
  ): Promise<void>;
  shut(name: string): Promise<void>;
  /** Searches that the server still keeps open. */
  contexts(): Promise<number>;
  /** Recorded logs of real brokers that are to be found in it; several take their time. */
  readonly foundations: readonly (typeof FOUNDATIONS)[number][];
  /** Every index with its number of documents, as text. */
  inventory(): Promise<string>;
  close(): Promise<void>;
}

const GUID = "7d61d6d9-4af6-49b1-bbd3-8a311bdc64cc";
const LETTERS = "ab61d6d9-4af6-49b1-bbd3-8a311bdc64cc";
const AT = "2026-11-21T10:00:00.000Z";
/** Of Logsearch (cf-bosh.md §5.4). */
export const LOGSEARCH: Readonly<Record<string, Field>> = {
  "@timestamp": { type: "date" },
  "@raw": { type: "text" },
  "@message": { type: "text" },
};

export const line = (action: string, guid = GUID): string =>
  JSON.stringify({
    timestamp: "1795255200.000000000",
    source: "dingo-postgresql-broker",
    message: `dingo-postgresql-broker.${action}`,
    log_level: 1,
    data: { "instance-id": guid, session: "3" },
  });

export const raw = (text: string, at = AT): Readonly<Record<string, unknown>> => ({
  "@timestamp": at,
  "@raw": `<14>1 ${at} 10.0.0.1 broker rs2 - - ${text}`,
  "@message": text,
});

export function numbered(sources: readonly Readonly<Record<string, unknown>>[]): readonly StoredDocument[] {
  return sources.map((source, index) => ({ id: `d${index}`, source }));
}

/** `further` registers more tests of the same store. */
export function logSearchContract<Fixture extends LogStoreFixture>(
  name: string,
  start: () => Promise<Fixture>,
  further?: (store: () => Fixture) => void,
): void {
  describe(`log search contract: ${name}`, () => {
    let store: Fixture;
    beforeAll(async () => {
      store = await start();
    });
    afterAll(() => store.close());

    async function search(index: string, query: LogQuery, limits?: { readonly largestAnswer: number }) {
      const documents: LogDocument[] = [];
      const holes = await store.open(index, limits).search(query, (document) => documents.push(document));
      return { documents, holes, ids: documents.map(({ id }) => id).sort() };
    }

    it("finds words that stand next to one another, of which the last goes on, wherever the line stands", async () => {
      const text = line("remove-random-node.perform");
      const fields = { "@timestamp": { type: "date" } } as const;
      const places = {
        logsearch: [LOGSEARCH, raw(text)],
        beats: [fields, { "@timestamp": AT, message: text, host: { name: "h" } }],
        docker: [fields, { "@timestamp": AT, log: text, stream: "stdout" }],
        nested: [fields, { "@timestamp": AT, event: { original: JSON.stringify({ log: text }) } }],
        kept: [
          { ...fields, message: { type: "keyword" } },
          { "@timestamp": AT, message: text },
        ],
        elsewhere: [fields, { "@timestamp": AT, payload: text }],
      } as const;
      for (const [place, [mapped, source]] of Object.entries(places)) {
        await store.make(`place-${place}`, { fields: mapped, documents: [{ id: "one", source }] });
        const found = await search(`place-${place}`, { anyOf: ["broker.remove"] });
        expect(found, place).toMatchObject({ ids: ["one"], holes: [] });
        expect(found.documents[0]).toEqual({ index: `place-${place}`, id: "one", time: AT, source });
      }
    });

    it("gives nothing else, and counts an empty answer as one", async () => {
      const texts = [line("deprovision.start"), line("remove-random-node.perform"), "random remove broker"];
      await store.make("only", { fields: LOGSEARCH, documents: numbered(texts.map((text) => raw(text))) });
      expect(await search("only", { anyOf: ["broker.deprovision"] })).toMatchObject({ ids: ["d0"], holes: [] });
      expect(await search("only", { anyOf: ["broker.remove random-no"] })).toMatchObject({ ids: ["d1"], holes: [] });
      expect(await search("only", { anyOf: ["broker.cluster", "node.random"] })).toMatchObject({ ids: [], holes: [] });
    });

    it("takes a GUID as a whole, also behind the colon that joins it with a word", async () => {
      const texts = [
        line("deprovision.start"),
        line("deprovision.start", GUID.replace(/c$/, "d")),
        `map[NODE_NAME:x PATRONI_SCOPE:${LETTERS}]`,
      ];
      await store.make("guids", { fields: LOGSEARCH, documents: numbered(texts.map((text) => raw(text))) });
      const anyOf = ["broker.deprovision", "PATRONI_SCOPE"];
      expect((await search("guids", { anyOf, about: [GUID] })).ids).toEqual(["d0"]);
      expect((await search("guids", { anyOf, about: [LETTERS, `PATRONI_SCOPE:${LETTERS}`] })).ids).toEqual(["d2"]);
    });

    it("keeps to the times asked for, and leaves out no document that has none", async () => {
      const times = [
        "2026-11-20T23:59:59.999Z",
        "2026-11-21T00:00:00Z",
        "2026-11-22T00:00:00Z",
        "2026-11-22T00:00:00.001Z",
      ];
      const dated = times.map((at) => raw(line("deprovision.start"), at));
      const undated = { "@raw": line("deprovision.start") };
      await store.make("times", { fields: LOGSEARCH, documents: numbered([...dated, undated]) });
      const window = { from: new Date("2026-11-21T00:00:00Z"), to: new Date("2026-11-22T00:00:00Z") };
      expect((await search("times", { anyOf: ["broker.deprovision"], ...window })).ids).toEqual(["d1", "d2", "d4"]);
      const newest = await search("times", { anyOf: ["broker.deprovision"], newest: 1 });
      expect(newest.documents.map(({ time }) => time)).toEqual([times[3]]);
    });

    it("delivers every page once if all documents have the same time, and leaves no search open", async () => {
      const documents = numbered(Array.from({ length: 1203 }, () => raw(line("deprovision.start"))));
      await store.make("pages-1", { fields: LOGSEARCH, documents, shards: 3 });
      await store.make("pages-2", { fields: LOGSEARCH, documents: documents.slice(0, 10) });
      const { documents: found, holes } = await search("pages-*", { anyOf: ["broker.deprovision"] });
      expect(holes).toEqual([]);
      expect(new Set(found.map(({ index, id }) => `${index} ${id}`)).size).toBe(1213);
      expect(found).toHaveLength(1213);
      expect(await store.contexts()).toBe(0);
    });

    it("asks for less at once if the answer would be too large", async () => {
      const padding = "x ".repeat(2_000);
      const documents = numbered(Array.from({ length: 60 }, () => raw(`${line("deprovision.start")} ${padding}`)));
      await store.make("large", { fields: LOGSEARCH, documents });
      const asked = { anyOf: ["broker.deprovision"] };
      const found = await search("large", asked, { largestAnswer: 300_000 });
      expect(found.holes).toEqual([]);
      expect(found.documents).toHaveLength(60);
      expect((await search("large", asked, { largestAnswer: 6_000 })).holes).toEqual([
        expect.stringMatching(/too large/),
      ]);
    });

    it("says when some of the shards could not answer, and fails when none could", async () => {
      const fields = { ...LOGSEARCH, "@message": { type: "text", index_options: "docs" } } as const;
      const documents = numbered([raw(line("deprovision.start"))]);
      await store.make("part-whole", { fields: LOGSEARCH, documents });
      await store.make("part-broken", { fields, documents });
      const { ids, holes } = await search("part-*", { anyOf: ["dingo-postgresql-broker"] });
      expect(ids).toEqual(["d0"]);
      expect(holes).toEqual([expect.stringMatching(/1 of \d+ shards did not answer/)]);
      await expect(search("part-broken", { anyOf: ["dingo-postgresql-broker"] })).rejects.toMatchObject({
        code: expect.stringMatching(/answer-malformed|unreachable/),
      });
    });

    it("says from when to when its documents are, and that nothing stands in the way", async () => {
      const times = ["2026-11-19T01:02:03.004Z", AT];
      await store.make("span", { fields: LOGSEARCH, documents: numbered(times.map((at) => raw("x", at))) });
      expect(await store.open("span").survey()).toEqual({ from: times[0], to: times[1], holes: [] });
    });

    it("says what stands in the way of finding a line", async () => {
      const documents = numbered([raw(`${line("deprovision.start")}${"y".repeat(500)}`)]);
      const date = { "@timestamp": { type: "date" } } as const;
      const hidden = { type: "text", index: false } as const;
      await store.make("way-closed", { fields: LOGSEARCH, documents });
      await store.shut("way-closed");
      await store.make("way-open", { fields: LOGSEARCH, documents });
      await store.make("way-short", {
        fields: { ...date, "@raw": { type: "keyword", ignore_above: 256 }, "@message": hidden },
        documents,
      });
      await store.make("way-strange", {
        fields: { ...LOGSEARCH, "@raw": { type: "text", analyzer: "whitespace" } },
        documents,
      });
      await store.make("way-hidden", { fields: { ...date, "@raw": hidden, "@message": hidden }, documents });
      const cases: Readonly<Record<string, RegExp>> = {
        "way-none": /there is no index "way-none"/,
        "nothing-*": /there is no index "nothing-\*"/,
        "way-closed,way-open": /1 of its indices are closed, "way-closed"/,
        "way-short": /1 of its documents have no line that can be searched/,
        "way-strange": /analyser "whitespace"/,
        "way-hidden,way-open": /1 of its indices, "way-hidden" for one, have no field/,
      };
      for (const [index, hole] of Object.entries(cases)) {
        const { holes } = await store.open(index).survey();
        expect(holes, index).toContainEqual(expect.stringMatching(hole));
      }
      expect((await store.open("way-open").survey()).holes).toEqual([]);
    });

    it("shows the deletions that log files with the same lines show", async () => {
      const now = new Date("2026-11-21T14:00:00Z");
      for (const foundation of store.foundations) {
        const files = truthOf(foundation).scenarios.map(({ file }) => bytesOf(foundation, file).toString());
        const index = `recorded-${foundation}`;
        const fields = { "@timestamp": { type: "date" }, message: { type: "text" } } as const;
        await store.make(index, { fields, documents: documentsOf(files.join("\n"), "2026-11-21T13:00:00Z") });
        const byStore = await discover({ sources: { stores: [store.open(index)], now }, query: {} });
        const logs = { files: memoryLogs({ all: files.join("\n") }), patterns: ["all"] };
        const byFile = await discover({ sources: { logs, now }, query: {} });
        expect(essence(byStore), foundation).toEqual(essence(byFile));
        expect(byStore.document.candidates.length).toBeGreaterThan(0);
        expect(byStore.document.coverage).toMatchObject([{ complete: true }]);
      }
    });

    it("leaves the store as it was", async () => {
      await store.make("still", { fields: LOGSEARCH, documents: numbered([raw(line("deprovision.start"))]) });
      // A scroll whose first page was too large to be read cannot be freed: it ends by itself.
      const open = await store.contexts();
      const before = await store.inventory();
      for (const index of ["still", "never-there", "never-*"]) {
        await store.open(index).survey();
        await search(index, { anyOf: ["broker.deprovision"] });
      }
      expect(await store.inventory()).toBe(before);
      expect(await store.contexts()).toBeLessThanOrEqual(open);
    });

    further?.(() => store);
  });
}
