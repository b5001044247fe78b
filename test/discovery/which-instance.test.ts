/** Which instance it was: nobody is led to another than the one that was asked for. */
import { describe, expect, it } from "vitest";
import type { DiscoveryQuery } from "../../src/discovery/judgement/candidate.ts";
import { discover, type DiscoverResult } from "../../src/discovery/answer/discover.ts";
import { eraF, GUID, goodDeletion, lager, OTHER } from "./broker-log.ts";
import { RecordedCloudFoundry } from "./recorded-cloud-foundry.ts";
import { memoryLogs } from "./recorded-logs.ts";

type Entry = Parameters<typeof lager>[0][number];

const now = new Date("2016-03-18T00:00:00Z");
const NODE = "299a5098-750c-4191-96ea-3ac5ca5a88d5";
const START = 1458195017;
const at = (seconds: number): Date => new Date((START + seconds) * 1000);
const made = (guid: string): Entry => ["provision.start", { "instance-id": guid }];
const called = (guid: string, name: string): Entry => [
  "provision.backup-name.update-recreation-data.saved",
  { "instance-id": guid, name },
];
const later = (seconds: number, entries: readonly Entry[], source?: string): string =>
  lager(entries, source, START + seconds);

async function ask(text: string, query: DiscoveryQuery = {}, cf?: RecordedCloudFoundry): Promise<DiscoverResult> {
  const logs = { files: memoryLogs({ "b.log": text }, { modifiedAt: now }), patterns: ["b.log"] };
  return await discover({ sources: { cf, logs, now }, query });
}

const guids = ({ document }: DiscoverResult): readonly string[] => document.candidates.map(({ guid }) => guid);
const HOURS = { windowMs: 7_200_000 };
/** A time that the log reaches over. */
const THEN = { around: at(0), windowMs: 60_000 };

describe("the time that was asked for", () => {
  it("puts what went at that very second before what went later, and says that both fit", async () => {
    const found = await ask(later(0, goodDeletion()) + later(90, goodDeletion(OTHER)), { around: at(0), ...HOURS });
    expect(guids(found)).toEqual([GUID, OTHER]);
    expect(found.exitCode).toBe(20);
    const [first] = found.document.candidates;
    expect(first).toMatchObject({ confirmed: false });
    expect(first?.open.join()).toContain(`1 other fits as well: ${OTHER}`);
    expect(found.table).not.toContain("dingo-recover run");
  });

  it("counts before the number of sources that know of it", async () => {
    const cf = new RecordedCloudFoundry().deleted(OTHER, "b", at(90).toISOString());
    const found = await ask(later(0, goodDeletion()) + later(90, goodDeletion(OTHER)), { around: at(0), ...HOURS }, cf);
    expect(guids(found)).toEqual([GUID, OTHER]);
    const scores = found.document.candidates.map(({ score }) => score);
    expect(scores[0]).toBeGreaterThanOrEqual(scores[1] ?? 0);
  });

  it("is known to be meant if nothing else went then", async () => {
    const logs = later(-7000, [eraF.saved(1, OTHER)]) + later(0, goodDeletion()) + later(600, goodDeletion(OTHER));
    const found = await ask(logs, { around: at(0), windowMs: 60_000 });
    expect([guids(found), found.exitCode]).toEqual([[GUID], 0]);
    expect(found.document.candidates).toMatchObject([{ confirmed: true, open: [] }]);
    expect(found.table).toMatch(new RegExp(`dingo-recover run --input instance_guid=${GUID}\n$`));
  });

  it("leaves it open if a nearer time was not looked at", async () => {
    const found = await ask(later(600, goodDeletion()), { around: at(-3000), ...HOURS });
    expect([guids(found), found.exitCode]).toEqual([[GUID], 20]);
    expect(found.document.candidates[0]?.open.join()).toContain("another may fit better");
  });
});

describe("a laptop's clock that fell back", () => {
  it("hides no deletion that is later than its now", async () => {
    const logs = {
      files: memoryLogs({ "b.log": later(0, [called(GUID, "a"), ...goodDeletion()]) }),
      patterns: ["b.log"],
    };
    const cf = new RecordedCloudFoundry().deleted(GUID, "a", at(3).toISOString());
    for (const around of [at(-10), at(0)]) {
      const query = { name: "a", around, ...HOURS };
      const { document, exitCode } = await discover({ sources: { logs, cf, now: at(-5400) }, query });
      expect(document.candidates.map(({ guid }) => guid)).toEqual([GUID]);
      expect(exitCode).toBe(0);
    }
  });
});

describe("a name in no log", () => {
  const nameless = later(0, goodDeletion()) + later(60, goodDeletion(OTHER));

  it.each([{}, { all: true }])("makes no command of strangers that have none: %o", async (more) => {
    const { exitCode, table, document } = await ask(nameless, { name: "nosuch", ...more });
    expect(exitCode).toBe(20);
    expect(document.candidates.every(({ confirmed, open }) => !confirmed && open.length > 0)).toBe(true);
    expect(table).not.toMatch(/dingo-recover run|service=nosuch/);
    expect(table).toContain("ask again with --name and its GUID alone");
  });

  it("makes none below an answer of nothing either", async () => {
    const named = lager([called(GUID, "a"), ...goodDeletion(), called(OTHER, "b"), ...goodDeletion(OTHER)]);
    const { exitCode, table } = await ask(named, { name: "nosuch", all: true });
    expect(exitCode).toBe(15);
    expect(table).not.toContain("dingo-recover run");
  });

  it("is not needed by whoever asks with the GUID", async () => {
    const found = await ask(nameless, { name: OTHER.toUpperCase() });
    expect([guids(found), found.exitCode]).toEqual([[OTHER], 0]);
    expect(found.table).toContain(`dingo-recover run --input instance_guid=${OTHER}\n`);
  });
});

describe("a name that two have had", () => {
  it("is known to be neither", async () => {
    const text = lager([called(GUID, "a"), ...goodDeletion(), called(OTHER, "a"), ...goodDeletion(OTHER)]);
    const { exitCode, table } = await ask(text, { name: "a" });
    expect(exitCode).toBe(20);
    expect(table).not.toContain("dingo-recover run");
  });
});

describe("a name of which not everything could be looked at", () => {
  const text = lager([called(GUID, "a"), ...goodDeletion()]);
  const files = memoryLogs({ "b.log": text, "later.log": "\0\u0001\u0002\u0003".repeat(500) }, { modifiedAt: now });
  const logs = { files, patterns: ["b.log", "later.log"] };

  it("may have been given again: an older one of it is not known to be meant", async () => {
    const { document, exitCode, table } = await discover({ sources: { logs, now }, query: { name: "a" } });
    expect(document.candidates).toMatchObject([{ guid: GUID, confirmed: false }]);
    expect(document.candidates[0]?.open.join()).toContain("another may fit better: later.log is incomplete");
    expect(exitCode).toBe(20);
    expect(table).not.toContain("dingo-recover run");
  });

  it("is known by its GUID, and where Cloud Foundry's records were read in full", async () => {
    const cf = new RecordedCloudFoundry().deleted(GUID, "a", at(3).toISOString());
    expect((await discover({ sources: { logs, now }, query: { name: GUID } })).exitCode).toBe(0);
    expect((await discover({ sources: { logs, cf, now }, query: { name: "a" } })).exitCode).toBe(0);
  });
});

describe("what lived for seconds", () => {
  const brief = [made(OTHER), ...goodDeletion(OTHER)];

  it("is not set aside at the time that was asked for", async () => {
    const found = await ask(later(-1200, goodDeletion()) + later(0, brief), { around: at(0), ...HOURS });
    expect(guids(found)).toEqual([OTHER, GUID]);
    expect(found.document.setAside).toEqual([]);
    expect(found.exitCode).toBe(20);
  });

  it("is set aside far from it, with its GUID", async () => {
    const found = await ask(later(-6000, brief) + later(0, goodDeletion()), { around: at(0), ...HOURS });
    expect(guids(found)).toEqual([GUID]);
    expect(found.table).toContain(OTHER);
  });

  it("has its age from its create, whatever its cell says without a time", async () => {
    const cell = `+-> Create options: {"name"=>"cf-${NODE}", "Env"=>["PATRONI_SCOPE=${OTHER}", "NODE_ID=${NODE}"]}\n`;
    const found = await ask(lager([made(OTHER), ...goodDeletion(OTHER), ...goodDeletion()]) + cell);
    expect(found.document.setAside.map(({ guid }) => guid)).toEqual([OTHER]);
  });
});

describe("a renamed service", () => {
  const logs = lager([called(GUID, "first-name"), ...goodDeletion()]);

  it("asked for by its last name may be what the logs have by its first", async () => {
    const { exitCode, document, table } = await ask(logs, { name: "last-name" });
    expect(exitCode).toBe(15);
    expect(document.unfit).toMatchObject([{ guid: GUID, name: "first-name", confirmed: false }]);
    expect(document.coverage.map(({ why }) => why).join()).toContain("the service may have been renamed");
    expect(table).toContain(GUID);
  });

  it("is nothing if Cloud Foundry knows its last name", async () => {
    const cf = new RecordedCloudFoundry().deleted(GUID, "first-name", at(0).toISOString());
    expect((await ask(logs, { name: "last-name" }, cf)).exitCode).toBe(17);
  });
});

describe("another broker", () => {
  const other = "redis-broker";

  it("deletes nothing of Dingo's", async () => {
    const found = await ask(lager(goodDeletion(OTHER), other) + lager([called(GUID, "a"), ...goodDeletion()]));
    expect([guids(found), found.exitCode]).toEqual([[GUID], 0]);
    expect(found.document.notDeleted).toEqual([]);
  });

  it("is no proof that Dingo's was looked at", async () => {
    const diego = lager(
      [
        ["rep.start", {}],
        ["auction.fetch-state", {}],
      ],
      "rep",
    );
    for (const text of [diego, lager([["deprovision.start", { "instance-id": OTHER }]], other)]) {
      const { exitCode, document } = await ask(text, { name: "a" });
      expect(exitCode).toBe(15);
      expect(document.coverage.map(({ why }) => why).join()).toContain("no line of a Dingo PostgreSQL broker");
    }
  });

  it("leaves no hole if its lines are cut", async () => {
    const cut = `${lager([["deprovision.start", { "instance-id": OTHER, note: "x" }]], other).slice(0, -9)}\n`;
    expect((await ask(cut + lager([eraF.saved(1)]), { name: "a", ...THEN })).exitCode).toBe(17);
  });
});

describe("a GUID in capitals", () => {
  it("is the same one", async () => {
    const found = await ask(lager(goodDeletion(GUID.toUpperCase())));
    expect(guids(found)).toEqual([GUID]);
    expect(found.document.notDeleted).toEqual([]);
  });
});

describe("a broker's clock that was set back", () => {
  const adding: Entry = ["add-node.perform", { "instance-id": GUID }];

  it("brings nothing back: what stands before a deletion was before it", async () => {
    const text = later(0, [made(GUID), adding, eraF.saved(1)]) + later(-3600, goodDeletion());
    const { document } = await ask(text);
    expect(document.candidates).toMatchObject([{ guid: GUID, kind: "deleted", mayLive: true }]);
    expect(document.candidates[0]?.notes.join()).toContain("clock was set back");
  });

  it("is none if lines and times agree", async () => {
    const { document } = await ask(later(0, goodDeletion()) + later(60, [adding, eraF.saved(1)]));
    expect(document.candidates).toMatchObject([{ guid: GUID, kind: "recreated" }]);
  });
});

describe("an instance that the logs have, and no deletion of it", () => {
  const lives = lager([made(GUID), called(GUID, "a"), eraF.saved(1)]);

  it.each(["a", GUID])("may have been purged: asked for as %s", async (name) => {
    const { exitCode, document } = await ask(lives, { name });
    expect(exitCode).toBe(15);
    const why = document.coverage.map((each) => `${each.why} ${each.remedy}`).join();
    expect(why).toContain(GUID);
    expect(why).toMatch(/purge.*--cf-events/);
  });

  it("lives if Cloud Foundry has it", async () => {
    const cf = new RecordedCloudFoundry().living(GUID, "a");
    const { exitCode, document } = await ask(lives, { name: "a" }, cf);
    expect(exitCode).toBe(17);
    expect(document.notDeleted).toMatchObject([{ guid: GUID, name: "a" }]);
  });
});
