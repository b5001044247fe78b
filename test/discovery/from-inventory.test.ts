import { describe, expect, it } from "vitest";
import { discover } from "../../src/discovery/answer/discover.ts";
import type { DiscoveryQuery } from "../../src/discovery/judgement/candidate.ts";
import {
  formatInventoryLine,
  INVENTORY,
  type InventoryCover,
  type InventoryInstance,
} from "../../src/discovery/sources/inventory-line.ts";
import { GUID, goodDeletion, lager, OTHER } from "./broker-log.ts";
import { RecordedCloudFoundry } from "./recorded-cloud-foundry.ts";
import { memoryLogs } from "./recorded-logs.ts";

const now = new Date("2016-06-18T00:00:00Z");
const API = "https://api.example.org";
const [MONDAY, TUESDAY, WEDNESDAY] = ["2016-03-14T03:00:00Z", "2016-03-15T03:00:00Z", "2016-03-16T03:00:00Z"];

const instance = (guid: string, survey: string, more: Partial<InventoryInstance> = {}): string =>
  formatInventoryLine({
    schema: INVENTORY,
    type: "instance",
    survey,
    api: API,
    guid,
    name: "orders-db",
    createdAt: "2016-01-01T00:00:00Z",
    org: { guid: "org-guid", name: "shop" },
    space: { guid: "space-guid", name: "prod" },
    offering: "dingo-postgresql",
    plan: "solo",
    nodes: 2,
    bindings: [{ type: "app", guid: "app-1", name: "web" }],
    archive: {
      location: `s3://b/backups/${guid}/wal`,
      verdict: "restorable",
      why: "17 segments",
      recoveryTime: survey,
    },
    ...more,
  });
const EVERY = { names: [], prefixes: ["dingo-postgresql"] };
const end = (survey: string, complete = true, covers: InventoryCover | undefined = EVERY): string =>
  formatInventoryLine({
    schema: INVENTORY,
    type: "survey",
    survey,
    endedAt: survey,
    api: API,
    user: "cron",
    covers,
    // Fewer than there are lines: no sign that one was lost.
    instances: 0,
    complete,
    why: complete ? [] : ["cron does not see every instance"],
  });

async function ask(text: string, query: DiscoveryQuery = {}, cf?: RecordedCloudFoundry, log?: string) {
  const inventory = { files: [{ path: "inventory.jsonl", text }], unreadable: [] };
  const logs = log === undefined ? undefined : { files: memoryLogs({ "b.log": log }), patterns: ["b.log"] };
  return await discover({ sources: { inventory, cf, logs, now }, query });
}

describe("an inventory", () => {
  it("shows what went between two surveys, however long ago, with name, place, plan and apps", async () => {
    const text =
      instance(GUID, MONDAY) + instance(OTHER, MONDAY) + end(MONDAY) + instance(OTHER, TUESDAY) + end(TUESDAY);
    const { document, exitCode, table } = await ask(text);
    expect(exitCode).toBe(0);
    expect(document.candidates).toMatchObject([
      {
        guid: GUID,
        kind: "gone",
        name: "orders-db",
        org: "shop",
        space: "prod",
        plan: "solo",
        deletedAt: null,
        between: { after: MONDAY, before: TUESDAY },
        boundApps: [{ appGuid: "app-1", name: "web" }],
        evidence: [{ source: "inventory", file: "inventory.jsonl", line: 1, byteOffset: 0 }],
      },
    ]);
    expect(table).toContain(`between ${MONDAY} and ${TUESDAY}`);
    expect(table).toContain("its archive was restorable");
  });

  it("takes nothing for gone by a survey that did not see everything, or that has no end", async () => {
    const first = instance(GUID, MONDAY) + end(MONDAY);
    for (const second of [end(TUESDAY, false), instance(OTHER, TUESDAY), end(TUESDAY).slice(0, -20)]) {
      const { document, exitCode } = await ask(first + second);
      expect(document.candidates).toEqual([]);
      expect(exitCode).toBe(15);
    }
  });

  it("takes nothing for gone by a survey of another offering, nor calls that time looked at", async () => {
    const full = instance(GUID, MONDAY) + end(MONDAY) + instance(GUID, TUESDAY) + end(TUESDAY);
    const other = end(WEDNESDAY, true, { names: ["dingo-postgresql94"], prefixes: [] });
    const { document, exitCode } = await ask(full + other);
    expect(document.candidates).toEqual([]);
    expect(document.coverage.at(-1)?.why).toMatch(/survey of 2016-03-16.* not one of the offering "dingo-postgresql"/);
    expect(exitCode).toBe(15);
    const silent = JSON.stringify({ ...(JSON.parse(end(WEDNESDAY)) as object), covers: undefined });
    expect((await ask(full + silent)).document.candidates).toEqual([]);
    const own = end(WEDNESDAY, true, { names: ["dingo-postgresql"], prefixes: [] });
    expect((await ask(full + own)).document.candidates).toMatchObject([{ guid: GUID, kind: "gone" }]);
  });

  it("takes an instance that a survey missed and the next one saw for present", async () => {
    const text = instance(GUID, MONDAY) + end(MONDAY) + end(TUESDAY) + instance(GUID, WEDNESDAY) + end(WEDNESDAY);
    expect((await ask(text)).exitCode).toBe(17);
  });

  it("of one survey alone shows nothing of deletions: 15", async () => {
    expect((await ask(instance(GUID, MONDAY) + end(MONDAY))).exitCode).toBe(15);
    expect((await ask("")).exitCode).toBe(15);
  });

  it("is outvoted by Cloud Foundry, which still has the instance", async () => {
    const text = instance(GUID, MONDAY) + end(MONDAY) + end(TUESDAY);
    const { document } = await ask(text, {}, new RecordedCloudFoundry().living(GUID, "orders-db"));
    expect(document.candidates).toEqual([]);
  });

  it("names what a log knows by its GUID only", async () => {
    const text = instance(GUID, MONDAY) + end(MONDAY) + instance(GUID, TUESDAY) + end(TUESDAY);
    const { document } = await ask(text, {}, undefined, lager(goodDeletion()));
    expect(document.candidates).toMatchObject([
      { guid: GUID, kind: "deleted", name: "orders-db", org: "shop", space: "prod", plan: "solo", sources: ["logs"] },
    ]);
    expect((await ask(text, { name: "other-db" }, undefined, lager(goodDeletion()))).document.candidates).toEqual([]);
  });

  it("is compared with the time that was asked for, and says where it does not reach", async () => {
    const text = instance(GUID, MONDAY) + end(MONDAY) + end(TUESDAY);
    const near = { around: new Date("2016-03-14T12:00:00Z"), windowMs: 3_600_000 };
    expect((await ask(text, near)).document.candidates).toHaveLength(1);
    const later = { around: new Date("2016-03-20T12:00:00Z"), windowMs: 3_600_000 };
    const { document, exitCode } = await ask(text, later);
    expect(document.candidates).toEqual([]);
    expect(exitCode).toBe(15);
    expect(document.coverage.at(-1)?.why).toMatch(/the inventory reaches from .* would hold it/);
  });

  it("with lines of another form says how many", async () => {
    const text = `nonsense\n${instance("7d61d6", MONDAY)}${instance(GUID, MONDAY)}${end(MONDAY)}${end(TUESDAY)}`;
    const { document } = await ask(text);
    expect(document.coverage[0]).toMatchObject({ complete: false, why: "1 of its lines are cut or of another form" });
    expect(document.candidates.map(({ guid }) => guid)).toEqual([GUID]);
  });
});
