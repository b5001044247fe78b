import { fc } from "../../../properties.ts";
import { describe, expect, it } from "vitest";
import { failureOf, toRecoverError } from "../../../../src/discovery/adapters/elasticsearch/failure.ts";
import { holesOf, pageOf } from "../../../../src/discovery/adapters/elasticsearch/page.ts";
import { mappingHoles, searchableOf } from "../../../../src/discovery/adapters/elasticsearch/searchable.ts";
import { fromStore } from "../../../../src/discovery/sources/from-store.ts";
import { RecoverError } from "../../../../src/errors.ts";
import type { LogDocument, LogSearch } from "../../../../src/ports/log-search.ts";
import { printable } from "../../../../src/kit/text/printable.ts";
import { Secrets } from "../../../../src/kit/secrets/secrets.ts";
import { GUID, goodDeletion, lager } from "../../broker-log.ts";

/** JSON that has the names of a real answer in random places. */
const NAMES = [
  "hits",
  "total",
  "value",
  "_source",
  "_id",
  "sort",
  "_shards",
  "failed",
  "failures",
  "reason",
  "indices",
];
const { answer } = fc.letrec((tie) => ({
  answer: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(null, true, 0, -1, 1e300, "", "text", "\u001b[2J"),
    fc.array(tie("answer"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...NAMES, "fields", "message", "mappings"), tie("answer"), { maxKeys: 5 }),
  ),
}));

describe("any answer of a log store", () => {
  it("is read, or refused as one that is not understood", () => {
    fc.assert(
      fc.property(answer, (value) => {
        searchableOf(value);
        mappingHoles(value);
        for (const hole of holesOf(value)) expect(printable(hole)).toBe(hole);
        try {
          pageOf(value, "@timestamp", "here");
        } catch (error) {
          expect(error).toMatchObject({ code: "answer-malformed" });
        }
      }),
    );
  });

  it("that is a failure becomes an error that a terminal survives", () => {
    fc.assert(
      fc.property(answer, fc.integer({ min: 0, max: 599 }), fc.string(), (body, statusCode, message) => {
        const error = toRecoverError(failureOf({ meta: { body, statusCode }, message }), "here", new Secrets());
        expect(error).toBeInstanceOf(RecoverError);
        expect(printable(error.message)).toBe(error.message);
      }),
    );
  });

  it("whose documents are anything gives no raw control character and no GUID that is not in it", async () => {
    const line = lager(goodDeletion()).trimEnd();
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.integer({ min: 0, max: line.length }).map((end) => line.slice(0, end)),
      fc.constant(`\u001b]0;x\u0007${line}`),
    );
    const source = fc.oneof(answer, fc.dictionary(fc.constantFrom("@raw", "message", "log", "x"), text));
    await fc.assert(
      fc.asyncProperty(fc.array(source, { maxLength: 5 }), fc.string({ unit: "binary" }), async (sources, id) => {
        const documents = sources.map((each, at): LogDocument => ({ index: `i${id}`, id: `${id}${at}`, source: each }));
        const store: LogSearch = {
          place: "here",
          survey: () => Promise.resolve({ holes: [] }),
          search: (_query, take) => {
            documents.forEach(take);
            return Promise.resolve([]);
          },
        };
        const { facts, coverage } = await fromStore(store, undefined);
        for (const { guid, text: shown, place } of facts) {
          expect([GUID, undefined]).toContain(guid);
          for (const each of [shown, ...Object.values(place)].map(String)) expect(printable(each)).toBe(each);
        }
        for (const { why = "" } of coverage) expect(printable(why)).toBe(why);
        if (facts.length === 0) expect(coverage.every(({ complete }) => complete)).toBe(false);
      }),
    );
  });
});
