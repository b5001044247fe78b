import { describe, expect, it } from "vitest";
import { expiryOf, expiryProblems } from "../../../src/archive/judgement/expiry.ts";
import { readArchive } from "../../../src/archive/reading/facts.ts";
import type { LifecycleRule } from "../../../src/ports/object-store.ts";
import { OLD, sampleArchive } from "../sample-archive.ts";

const rule = (more: Partial<LifecycleRule>): LifecycleRule => ({
  id: "keep a month",
  enabled: true,
  prefix: "",
  tagged: false,
  transitions: [],
  ...more,
});

async function told(
  rules: readonly LifecycleRule[] | undefined,
  now = new Date("2026-12-19T12:00:00Z"),
): Promise<string[]> {
  const { entries } = await readArchive(sampleArchive().reader(), OLD);
  return expiryProblems(expiryOf(entries, rules), now).map(({ message }) => message);
}

describe("what lifecycle rules will do to an archive", () => {
  it("is told with the rule, the number of objects and the days left", async () => {
    expect(await told([rule({ expires: { days: 30 } })])).toEqual([
      'lifecycle rule "keep a month" deletes 11 objects, the first in 3 days (on 2026-12-22): switch it off or copy first',
    ]);
    expect(await told([rule({ expires: { at: "2026-12-19T00:00:00Z" } })])).toEqual([
      expect.stringContaining("due since 2026-12-19"),
    ]);
  });

  it("counts moves to where nothing can be read at once, and no other moves", async () => {
    const when = { days: 30 };
    const to = (storageClass: string) => rule({ transitions: [{ when, storageClass }] });
    expect(await told([to("GLACIER")])).toEqual([expect.stringContaining("moves 11 objects to GLACIER")]);
    expect(await told([to("STANDARD_IA")])).toEqual([]);
  });

  it("holds only if the rule is on and fits the key and the size", async () => {
    const expires = { days: 1 };
    expect(await told([rule({ expires, enabled: false })])).toEqual([]);
    expect(await told([rule({ expires, prefix: "logs/" })])).toEqual([]);
    expect(await told([rule({ expires, largerThan: 1000 })])).toEqual([]);
    expect(await told([rule({ expires, smallerThan: 21 })])).toEqual([expect.stringContaining("deletes 1 object,")]);
    expect(await told([rule({ expires, prefix: `${OLD.prefix}/wal_005/` })])).toEqual([
      expect.stringContaining("deletes 7 objects"),
    ]);
  });

  it("may hold if it goes by tags, which no listing shows", async () => {
    expect(await told([rule({ expires: { days: 30 }, tagged: true })])).toEqual([
      expect.stringContaining("may, by tags"),
    ]);
  });

  it("is unknown if we may not look, which is not nothing", async () => {
    const { entries } = await readArchive(sampleArchive().reader(), OLD);
    expect(expiryOf(entries, undefined)).toEqual({ known: false, coming: [] });
    expect(expiryOf(entries, [])).toEqual({ known: true, coming: [] });
  });
});
