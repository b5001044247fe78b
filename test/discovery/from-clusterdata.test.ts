import { describe, expect, it } from "vitest";
import { discover } from "../../src/discovery/answer/discover.ts";
import { RecoverError } from "../../src/errors.ts";
import type { ObjectReader } from "../../src/ports/object-store.ts";
import { GUID, goodDeletion, lager, OTHER } from "./broker-log.ts";
import { RecordedCloudFoundry } from "./recorded-cloud-foundry.ts";
import { memoryLogs } from "./recorded-logs.ts";

const now = new Date("2016-06-18T00:00:00Z");
const keyOf = (guid: string): string => `dingo-postgresql-clusterdata-backup-${guid}.json`;

/** A bucket in memory; undefined content is refused. */
function bucketOf(objects: Readonly<Record<string, unknown>>): ObjectReader {
  const infos = Object.keys(objects).map((key, index) => ({
    key,
    size: 900,
    etag: String(index),
    lastModified: `2016-03-0${index + 1}T00:00:00.000Z`,
    storageClass: "STANDARD",
  }));
  return {
    list: async (_bucket, prefix) => infos.filter(({ key }) => key.startsWith(prefix)),
    head: async ({ key }) => infos.find((each) => each.key === key),
    get: async ({ key }) => {
      if (objects[key] === undefined) throw new RecoverError("access-denied", "403", { remedy: "Ask for it." });
      return Buffer.from(JSON.stringify(objects[key]));
    },
    stream: () => Promise.reject(new Error("records are small")),
    lifecycle: () => Promise.reject(new Error("nobody asks for rules")),
  };
}

const record = (name: string) => ({
  instance_id: GUID,
  service_instance_name: name,
  organization_guid: "org-guid",
  space_guid: "space-guid",
  plan_id: "plan-guid",
  admin_credentials: { username: "pgadmin", password: "hunter2hunter2" },
});

async function ask(
  objects: Readonly<Record<string, unknown>>,
  given: { cf?: RecordedCloudFoundry; log?: string } = {},
) {
  const clusterdata = { reader: bucketOf(objects), bucket: "clusterdata" };
  const logs = given.log === undefined ? undefined : { files: memoryLogs({ "b.log": given.log }), patterns: ["b.log"] };
  return await discover({ sources: { clusterdata, cf: given.cf, logs, now }, query: { name: "orders-db" } });
}

describe("the broker's records", () => {
  it("make a candidate of what had the name and is no more in Cloud Foundry, after any time", async () => {
    const objects = { [keyOf(GUID)]: record("orders-db"), [keyOf(OTHER)]: record("billing") };
    const { document, exitCode, table } = await ask(objects, { cf: new RecordedCloudFoundry() });
    expect(exitCode).toBe(0);
    expect(document.candidates).toMatchObject([
      { guid: GUID, kind: "gone", name: "orders-db", org: "org-guid", space: "space-guid", plan: "plan-guid" },
    ]);
    expect(JSON.stringify(document) + table).not.toContain("hunter2");
  });

  it("of an instance that lives make none", async () => {
    const cf = new RecordedCloudFoundry().living(GUID, "orders-db");
    expect((await ask({ [keyOf(GUID)]: record("orders-db") }, { cf })).document.candidates).toEqual([]);
  });

  it("alone say nothing of deletions: 15", async () => {
    const { exitCode, document } = await ask({ [keyOf(GUID)]: record("orders-db") });
    expect(exitCode).toBe(15);
    expect(document.coverage.at(-1)?.why).toMatch(/who an instance was, not that it went/);
  });

  it("name what a log knows by its GUID only", async () => {
    const { document } = await ask({ [keyOf(GUID)]: record("orders-db") }, { log: lager(goodDeletion()) });
    expect(document.candidates).toMatchObject([{ guid: GUID, kind: "deleted", name: "orders-db" }]);
  });

  it("that cannot be read, or are none, are holes in the coverage", async () => {
    const objects = {
      [keyOf(GUID)]: undefined,
      "dingo-postgresql-clusterdata-backup-7d61d6.json": record("orders-db"),
    };
    const { document, exitCode } = await ask(objects, { cf: new RecordedCloudFoundry() });
    expect(exitCode).toBe(15);
    expect(document.coverage.find(({ source }) => source === "clusterdata")?.why).toMatch(
      /no record.*403|403.*no record/,
    );
  });
});
