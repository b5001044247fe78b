/** An instance that lived for seconds is set aside beside longer ones, never in place of the one that was asked for. */
import { describe, expect, it } from "vitest";
import type { DiscoveryQuery } from "../../src/discovery/judgement/candidate.ts";
import { discover, type DiscoverResult } from "../../src/discovery/answer/discover.ts";
import { INVENTORY } from "../../src/discovery/sources/inventory-line.ts";
import { GUID, goodDeletion, lager, OTHER } from "./broker-log.ts";
import { RecordedCloudFoundry } from "./recorded-cloud-foundry.ts";
import { memoryLogs } from "./recorded-logs.ts";

type Entry = Parameters<typeof lager>[0][number];

const now = new Date("2016-03-18T00:00:00Z");
const AT = "2016-03-17T06:10:17Z";

const made = (guid: string): Entry => ["provision.start", { "instance-id": guid }];
const called = (guid: string, name: string): Entry => [
  "provision.backup-name.update-recreation-data.saved",
  { "instance-id": guid, name },
];
const moved = (guid: string): Entry[] => [
  ["update.start", { "instance-id": guid }],
  ["scheduler.run-cluster", { "instance-id": guid, steps: ["AddNode", "RemoveNode(x)"] }],
];
const requested = (guid: string, current: number, action = "cluster.request"): Entry => [
  action,
  { "instance-id": guid, "current-node-count": current, "new-node-count": current + 1, steps: ["AddNode"] },
];

async function ask(
  entries: readonly Entry[],
  query: DiscoveryQuery = {},
  more: { readonly cf?: RecordedCloudFoundry; readonly inventory?: string } = {},
): Promise<DiscoverResult> {
  const logs = { files: memoryLogs({ "b.log": lager(entries) }), patterns: ["b.log"] };
  const { cf, inventory } = more;
  const surveys =
    inventory === undefined ? {} : { inventory: { files: [{ path: "i", text: inventory }], unreadable: [] } };
  return await discover({ sources: { cf, logs, now, ...surveys }, query });
}

const guids = ({ document }: DiscoverResult): readonly string[] => document.candidates.map(({ guid }) => guid);
const aside = ({ document }: DiscoverResult): readonly string[] => document.setAside.map(({ guid }) => guid);

describe("a deletion of what lived for seconds", () => {
  it("is set aside beside another, told with its reason, and with all listed as the last, without a command", async () => {
    const entries = [made(OTHER), ...goodDeletion(OTHER), ...goodDeletion()];
    const found = await ask(entries);
    expect([guids(found), aside(found)]).toEqual([[GUID], [OTHER]]);
    expect(found.document.notDeleted).toEqual([]);
    expect(found.table).toContain(
      `1 deletion was set aside (a failed create that was cleaned up, or a test):\n   ${OTHER} lived for 0 s only`,
    );
    const all = await ask(entries, { all: true });
    expect([guids(all), aside(all)]).toEqual([[GUID, OTHER], []]);
    expect(all.table).toContain(
      "   open     Set aside: it lived for 0 s only: a failed create that was cleaned up, or a test.",
    );
    expect(all.table).not.toContain(`instance_guid=${OTHER}`);
    expect([found.exitCode, all.exitCode]).toEqual([0, 0]);
  });

  it("stands where nothing else fits", async () => {
    const found = await ask([made(GUID), ...goodDeletion()]);
    expect([guids(found), aside(found)]).toEqual([[GUID], []]);
  });

  it("stands where it has the name that was asked for, and gives way only to another of that name", async () => {
    const short = [made(GUID), called(GUID, "orders-db"), ...goodDeletion()];
    const query = { name: "orders-db" };
    const nameless = await ask([...short, ...goodDeletion(OTHER)], query);
    expect([guids(nameless), aside(nameless)]).toEqual([[GUID, OTHER], []]);
    const both = await ask([...short, called(OTHER, "orders-db"), ...goodDeletion(OTHER)], query);
    expect([guids(both), aside(both)]).toEqual([[OTHER], [GUID]]);
    expect(guids(await ask([...short, ...goodDeletion(OTHER)], { name: GUID }))).toEqual([GUID]);
  });

  it("is told by its GUID beside others", async () => {
    const third = "7d61d6ff-0000-4000-8000-000000000003";
    const noise = [OTHER, third].flatMap((guid) => [made(guid), ...goodDeletion(guid)]);
    const { table } = await ask([...noise, ...goodDeletion()]);
    expect(table).toContain("2 deletions were set aside (");
    for (const guid of [OTHER, third]) expect(table).toContain(`   ${guid} lived for 0 s only`);
  });
});

describe("the age of an instance is not known", () => {
  it.each([
    ["where the log begins with a move of it", moved(GUID)],
    ["where it begins with one more node", [requested(GUID, 1)]],
    ["where it begins with its recreation", [requested(GUID, 0, "recreate.cluster.request")]],
    ["where something of it stands before a create", [called(GUID, "orders-db"), made(GUID)]],
  ])("%s", async (_where, before) => {
    expect([...guids(await ask([...before, ...goodDeletion(), ...goodDeletion(OTHER)]))].sort()).toEqual([GUID, OTHER]);
  });

  it("but is if its first nodes were asked for", async () => {
    expect(aside(await ask([requested(GUID, 0), ...goodDeletion(), ...goodDeletion(OTHER)]))).toEqual([GUID]);
  });
});

describe("a longer life that another source tells", () => {
  const entries = [made(GUID), ...goodDeletion(), ...goodDeletion(OTHER)];

  it("counts before that of the logs: Cloud Foundry's", async () => {
    const cf = new RecordedCloudFoundry().created(GUID, "orders-db", "2016-03-10T00:00:00Z");
    expect(aside(await ask(entries, {}, { cf: cf.deleted(GUID, "orders-db", AT) }))).toEqual([]);
  });

  it("counts before that of the logs: an inventory's", async () => {
    const place = { guid: "00000000-0000-4000-8000-00000000000a", name: "shop" };
    const line = {
      ...{ schema: INVENTORY, type: "instance", survey: "2016-03-16T00:00:00Z", api: "https://api", guid: GUID },
      ...{
        name: "orders-db",
        createdAt: "2015-01-01T00:00:00Z",
        org: place,
        space: place,
        offering: "o",
        plan: "solo",
      },
      ...{ nodes: 1, bindings: [], archive: { location: null, verdict: "restorable", why: "", recoveryTime: null } },
    };
    const inventory = `${JSON.stringify(line)}\n`;
    expect(aside(await ask(entries, {}, { inventory }))).toEqual([]);
    const young = `${JSON.stringify({ ...line, createdAt: "2016-03-17T06:10:16Z" })}\n`;
    expect(aside(await ask(entries, {}, { inventory: young }))).toEqual([GUID]);
  });
});
