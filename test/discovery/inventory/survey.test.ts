import { describe, expect, it } from "vitest";
import {
  parseInventoryLine,
  type InventoryInstance,
  type InventorySurvey,
} from "../../../src/discovery/sources/inventory-line.ts";
import { exitOf, findingOf } from "../../../src/discovery/inventory/finding.ts";
import { takeSurvey, type SurveySources } from "../../../src/discovery/inventory/survey.ts";
import type { ServiceInstance } from "../../../src/ports/cloud-foundry.ts";
import { BUCKET, drop, NEW, OLD, sampleArchive, segment } from "../../archive/sample-archive.ts";
import { FakeCloudFoundry } from "../../fakes/fake-cloud-foundry.ts";

const OLD_GUID = OLD.prefix.split("/")[1] ?? "";
const NEW_GUID = NEW.prefix.split("/")[1] ?? "";
const now = (): Date => new Date("2026-11-21T12:00:00Z");
const SPACE = { guid: "space-guid", name: "prod", orgGuid: "org-guid", orgName: "shop" };

function instance(guid: string, name: string, createdAt = "2026-01-01T00:00:00Z"): ServiceInstance {
  const lastOperation = { type: "create", state: "succeeded", description: "" } as const;
  return { kind: "managed", guid, name, spaceGuid: SPACE.guid, tags: [], createdAt, lastOperation, planGuid: "plan" };
}

function world(...instances: readonly ServiceInstance[]) {
  const cf = new FakeCloudFoundry();
  cf.spaces.push(SPACE);
  cf.plans.push({ guid: "plan", name: "solo", offering: "dingo-postgresql95", available: true });
  cf.instances.push(...instances);
  const store = sampleArchive();
  return { cf, store };
}

async function survey({ cf, store }: ReturnType<typeof world>, more: Partial<SurveySources> = {}) {
  const written: (InventoryInstance | InventorySurvey)[] = [];
  const covers = { names: [], prefixes: ["dingo-postgresql"] };
  const end = await takeSurvey({ cf, store, bucket: BUCKET, covers, now, ...more }, (line) => written.push(line));
  const instances = written.flatMap((line) => (line.type === "instance" ? [line] : []));
  const findings = instances.flatMap((each) => findingOf(each) ?? []);
  return { written, instances, findings, end, exitCode: exitOf(findings, end) };
}

describe("a survey", () => {
  it("has every service with place, plan, bindings and what its archive is worth, and then its own end", async () => {
    const place = world(instance(OLD_GUID, "orders-db"));
    place.cf.appList.push({ guid: "app-1", name: "web", state: "STARTED" });
    const lastOperation = { type: "create", state: "succeeded", description: "" } as const;
    place.cf.bindingList.set(OLD_GUID, [
      { guid: "b-1", type: "app", name: undefined, appGuid: "app-1", lastOperation },
      { guid: "b-2", type: "key", name: "backup", appGuid: undefined, lastOperation },
    ]);
    const { written, exitCode } = await survey(place, { nodesOf: async () => 2 });
    expect(written).toMatchObject([
      {
        guid: OLD_GUID,
        name: "orders-db",
        org: { name: "shop" },
        space: { name: "prod" },
        offering: "dingo-postgresql95",
        plan: "solo",
        nodes: 2,
        bindings: [
          { type: "app", guid: "app-1", name: "web" },
          { type: "key", guid: "b-2", name: "backup" },
        ],
        archive: { location: `s3://${BUCKET}/${OLD.prefix}`, verdict: "restorable" },
      },
      { type: "survey", instances: 1, complete: true, why: [], covers: { names: [], prefixes: ["dingo-postgresql"] } },
    ]);
    expect(exitCode).toBe(0);
    expect(place.store.changes).toEqual([]);
    for (const line of written) expect(parseInventoryLine(JSON.stringify(line))).toEqual(line);
  });

  it("ends with 21 if a service has no usable backup, whatever else is well or not known", async () => {
    const place = world(instance(OLD_GUID, "orders-db"), instance(NEW_GUID, "billing"));
    const { findings, exitCode } = await survey(place);
    expect(findings).toMatchObject([
      { guid: NEW_GUID, level: "serious", why: expect.stringMatching(/no usable backup/) as string },
    ]);
    expect(exitCode).toBe(21);
  });

  it("gives a service of the last hour time for its first backup: 20", async () => {
    const { findings, exitCode } = await survey(world(instance(NEW_GUID, "fresh", "2026-11-21T11:30:00Z")));
    expect(findings).toMatchObject([{ level: "warning" }]);
    expect(exitCode).toBe(20);
  });

  it("ends with 20 if WAL is missing behind the recovery point", async () => {
    const place = world(instance(OLD_GUID, "orders-db"));
    drop(place.store, `wal_005/${segment(4)}.lzo`);
    expect((await survey(place)).exitCode).toBe(20);
  });

  it("ends with 15 if an archive cannot be read, or its bucket is not known: that is no missing backup", async () => {
    const place = world(instance(OLD_GUID, "orders-db"));
    expect((await survey(place, { bucket: undefined })).exitCode).toBe(15);
    place.store.refusals.set("list", "access-denied");
    const { instances, exitCode } = await survey(place);
    expect(instances).toMatchObject([{ archive: { verdict: "unknown" } }]);
    expect(exitCode).toBe(15);
  });

  it("of a token that does not see everything is not complete: 15", async () => {
    const place = world(instance(OLD_GUID, "orders-db"));
    place.cf.identity = async () => ({
      api: "https://api",
      user: "cron",
      scopes: [],
      cliVersion: "8",
      seesEverything: false,
    });
    const { end, exitCode } = await survey(place);
    expect(end).toMatchObject({
      complete: false,
      why: [expect.stringMatching(/does not see every instance/) as string],
    });
    expect(exitCode).toBe(15);
  });

  it("leaves other offerings out, and says of bindings that it could not read that they are not known", async () => {
    const place = world(instance(OLD_GUID, "orders-db"));
    place.cf.hidesBindings = true;
    expect((await survey(place)).instances).toMatchObject([{ bindings: null }]);
    expect((await survey(place, { covers: { names: ["redis"], prefixes: [] } })).instances).toEqual([]);
  });
});
