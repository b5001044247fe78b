import { fc } from "../../properties.ts";
import { describe, expect, it } from "vitest";
import { LZOP_MAGIC, sortEntries, type ArchiveFacts } from "../../../src/archive/reading/facts.ts";
import { judgeFresh } from "../../../src/archive/judgement/fresh.ts";
import { keyIn } from "../../../src/archive/names/location.ts";
import { planCopy, itemsOf } from "../../../src/archive/copy/copy-plan.ts";
import { parseSentinel } from "../../../src/archive/names/sentinel.ts";
import { verifyArchive } from "../../../src/archive/judgement/verify.ts";
import { isUncertainPath } from "../../../src/kit/text/key-path.ts";
import type { ObjectInfo } from "../../../src/ports/object-store.ts";
import { BASE, NEW, OLD, segment, sentinelText, stamp, SYSID } from "../sample-archive.ts";

const ETAG = "0123456789abcdef0123456789abcdef";

function info(relative: string, size = 1000, lastModified = stamp(2)): ObjectInfo {
  return { key: keyIn(OLD, relative), size, etag: ETAG, lastModified, storageClass: "STANDARD" };
}

function factsOf(objects: readonly ObjectInfo[], texts: Readonly<Record<string, string>>): ArchiveFacts {
  return {
    location: OLD,
    entries: sortEntries(OLD, objects),
    texts: new Map(Object.entries(texts)),
    heads: new Map(objects.map((object) => [object.key.slice(OLD.prefix.length + 1), LZOP_MAGIC])),
  };
}

/** One good base from `start` to `stop`, and any set of segments. */
const archives = fc
  .record({
    segments: fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 30 }),
    start: fc.integer({ min: 1, max: 12 }),
    length: fc.integer({ min: 0, max: 6 }),
  })
  .map(({ segments, start, length }) => {
    const stop = start + length;
    const base = `base_${segment(start)}_00000040`;
    const objects = [
      info(`basebackups_005/${base}/extended_version.txt`),
      info(`basebackups_005/${base}/tar_partitions/part_00000000.tar.lzo`),
      info(`basebackups_005/${base}_backup_stop_sentinel.json`),
      ...segments.map((number) => info(`wal_005/${segment(number)}.lzo`, 1000, stamp(number))),
      info("sysids/sysid", 20),
    ];
    const texts = {
      [`basebackups_005/${base}/extended_version.txt`]: "PostgreSQL 9.6.24 on x",
      [`basebackups_005/${base}_backup_stop_sentinel.json`]: sentinelText(segment(stop)),
      "sysids/sysid": SYSID,
    };
    return { segments: new Set(segments), start, stop, facts: factsOf(objects, texts) };
  });

const digits = fc.integer({ min: 0, max: 3 }).map((number) => number.toString(16).toUpperCase().padStart(8, "0"));
const looksRight = fc.oneof(
  fc.tuple(digits, digits, digits).map((parts) => `wal_005/${parts.join("")}.lzo`),
  fc
    .tuple(digits, digits, digits, fc.constantFrom(".lzo", ".lz4", "", ".partial.lzo", ".00000028.backup.lzo"))
    .map(([a, b, c, end]) => `wal_005/${a}${b}${c}${end}`),
  digits.map((timeline) => `wal_005/${timeline}.history.lzo`),
  fc
    .tuple(
      digits,
      digits,
      fc.constantFrom("_backup_stop_sentinel.json", "/extended_version.txt", "/tar_partitions/part_00000000.tar.lzo"),
    )
    .map(([a, b, end]) => `basebackups_005/base_00000001${a}${b}_00000040${end}`),
  fc.constant("sysids/sysid"),
  fc.string({ unit: "binary" }),
);
const listings = fc.uniqueArray(
  fc.record({
    relative: looksRight,
    size: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.maxSafeNat()),
    lastModified: fc.oneof(
      fc.constantFrom(stamp(1), stamp(2), "not a date", ""),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    ),
    text: fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom(sentinelText(segment(1)), sentinelText("FFFFFFFFFFFFFFFF000000FF"), SYSID),
    ),
  }),
  { maxLength: 40, selector: ({ relative }) => relative },
);

describe("judging any archive", () => {
  it("never says restorable when a needed segment is missing, and always tells how far it reaches", () => {
    fc.assert(
      fc.property(archives, ({ segments, start, stop, facts }) => {
        const verdict = verifyArchive(facts);
        let reach = start - 1;
        while (segments.has(reach + 1)) reach += 1;
        expect(verdict.restorable).toBe(reach >= stop);
        expect(verdict.recoveryPoint?.segment).toBe(reach >= stop ? segment(reach) : undefined);
        const beyond = [...segments].filter((number) => number > reach + 1 && number > start);
        const last = Math.max(stop, ...segments);
        const missing = Array.from({ length: last - start + 1 }, (_, index) => start + index).filter(
          (n) => !segments.has(n),
        );
        expect(verdict.missing).toEqual(missing.map((number) => segment(number)));
        if (!verdict.restorable) return;
        expect(verdict.loss).toEqual({
          missing: missing.length,
          unreachable: beyond.length,
          segments: missing.length + beyond.length,
        });
        expect(verdict.verdict).toBe(verdict.loss.segments === 0 ? "restorable" : "restorable-with-loss");
      }),
    );
  });

  it("never throws, whatever is listed", () => {
    fc.assert(
      fc.property(listings, (rows) => {
        const objects = rows.map(({ relative, size, lastModified }) => info(relative, size, lastModified));
        const verdict = verifyArchive(
          factsOf(objects, Object.fromEntries(rows.map(({ relative, text }) => [relative, text]))),
        );
        expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
        expect(verdict.restorable).toBe(verdict.verdict.startsWith("restorable"));
        if (verdict.restorable) expect(verdict.recoveryPoint).not.toBeNull();
        expect(typeof judgeFresh(sortEntries(OLD, objects), new Date(0)).fresh).toBe("boolean");
      }),
      { numRuns: 500 },
    );
  });

  it("plans a copy of every object exactly once, sentinels last", () => {
    fc.assert(
      fc.property(listings, (rows) => {
        const readAsOthers = rows.filter(({ relative }) => relative !== "" && isUncertainPath(relative));
        const objects = rows
          .filter((row) => !readAsOthers.includes(row))
          .map(({ relative, size }) => info(relative, Math.min(size, 1000)));
        for (const { relative } of readAsOthers)
          expect(() => planCopy(OLD, NEW, [...objects, info(relative, 1)])).toThrow("can be read as another one");
        const items = itemsOf(planCopy(OLD, NEW, objects));
        expect(items.map(({ from }) => from.key).sort()).toEqual(objects.map(({ key }) => key).sort());
        expect(new Set(items.map(({ to }) => to)).size).toBe(items.length);
        const isSentinel = items.map(({ to }) => /base_[0-9A-F]{24}_[0-9]{8}_backup_stop/.test(to));
        expect(isSentinel.lastIndexOf(false)).toBeLessThan(
          isSentinel.includes(true) ? isSentinel.indexOf(true) : items.length,
        );
      }),
    );
  });

  it("reads any text as a sentinel without throwing", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(typeof parseSentinel(text).ok).toBe("boolean");
      }),
    );
    expect(parseSentinel(sentinelText(segment(2)))).toMatchObject({
      ok: true,
      sentinel: { expandedBytes: 21_000_000 },
    });
    expect(BASE).toContain(segment(2));
  });
});
