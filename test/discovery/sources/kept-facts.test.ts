/** A log that tells of more deletions than anybody reads: the cost is that of what is asked. */
import { describe, expect, it } from "vitest";
import type { DiscoveryQuery } from "../../../src/discovery/judgement/candidate.ts";
import { discover, type DiscoverResult } from "../../../src/discovery/answer/discover.ts";
import { eraF, GUID, goodDeletion, lager, OTHER } from "../broker-log.ts";
import { memoryLogs } from "../recorded-logs.ts";

const START = 1458195017;
const now = new Date("2016-03-20T00:00:00Z");
const MANY = 3200;

const guidOf = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
const named = (guid: string, name: string): ReturnType<typeof eraF.create> => [
  "provision.backup-name.update-recreation-data.saved",
  { "instance-id": guid, name },
];
/** A minute each. */
const crowd = Array.from({ length: MANY }, (_each, index) =>
  lager(goodDeletion(guidOf(index)), undefined, START + 60 * index),
).join("");
const end = START + 60 * MANY;

async function ask(text: string, query: DiscoveryQuery = {}): Promise<DiscoverResult> {
  const logs = { files: memoryLogs({ "b.log": text }, { modifiedAt: now }), patterns: ["b.log"] };
  return await discover({ sources: { logs, now }, query });
}

describe("thousands of deletions in one log", () => {
  it("leave the newest in the answer, and the count of the lines that were let go", async () => {
    const { document, exitCode } = await ask(crowd);
    const { candidates, coverage } = document;
    expect(exitCode).toBe(20);
    expect(candidates.length).toBeGreaterThan(900);
    expect(candidates.length).toBeLessThan(MANY - 900);
    expect(candidates.map(({ guid }) => guid).slice(0, 2)).toEqual([guidOf(MANY - 1), guidOf(MANY - 2)]);
    expect(candidates.every(({ evidence }) => evidence.length === 5)).toBe(true);
    const gap = coverage.find(({ why }) => why?.includes("were let go"));
    expect(gap).toMatchObject({ complete: false, why: expect.stringMatching(`^of ${5 * MANY} lines about instances`) });
    expect(coverage.find(({ file }) => file === "b.log")).toMatchObject({ complete: true });
  });

  it("hide none that has the asked name or GUID, however old it is", async () => {
    const old = lager([eraF.create(GUID), named(GUID, "orders"), ...goodDeletion()], undefined, START - 600);
    for (const name of ["orders", GUID]) {
      const { document, exitCode } = await ask(old + crowd, { name });
      const fitting = document.candidates.filter(({ name }) => name !== null);
      expect([fitting.map(({ guid }) => guid), exitCode]).toEqual([[GUID], 0]);
    }
  });

  it("are no proof that nothing else was deleted", async () => {
    const { exitCode } = await ask(crowd, { name: OTHER });
    expect(exitCode).toBe(15);
  });

  it("leave an instance its name, which stands in its oldest lines", async () => {
    const born = lager([eraF.create(GUID), named(GUID, "orders")], undefined, START - 600);
    const { document } = await ask(born + crowd + lager(goodDeletion(), undefined, end));
    expect(document.candidates[0]).toMatchObject({ guid: GUID, name: "orders" });
  });

  it("leave those that went nearest to the asked time", async () => {
    const { document } = await ask(crowd, { around: new Date((START + 600) * 1000), windowMs: 400 * 3_600_000 });
    expect(document.candidates[0]?.guid).toBe(guidOf(10));
    expect(document.candidates.map(({ guid }) => guid)).not.toContain(guidOf(2500));
  });
});
