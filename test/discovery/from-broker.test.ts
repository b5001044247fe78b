import { describe, expect, it } from "vitest";
import { discover } from "../../src/discovery/discover.js";
import type { DiscoveryQuery } from "../../src/discovery/candidate.js";
import { RecoverError } from "../../src/errors.js";
import type { BrokerAnswer, BrokerRecord, BrokerRecords } from "../../src/ports/broker-records.js";
import { goodDeletion, GUID, lager, OTHER } from "./broker-log.js";
import { RecordedCloudFoundry, SPACE } from "./recorded-cloud-foundry.js";
import { memoryLogs } from "./recorded-logs.js";

const now = new Date("2016-03-18T00:00:00Z");
const RECORD: BrokerRecord = { guid: GUID, name: "orders-db", spaceGuid: SPACE.guid, orgGuid: "org", planGuid: "plan" };

class KeptRecords implements BrokerRecords {
  readonly place = "http://10.0.0.9:8888";
  readonly asked: string[] = [];
  failure: RecoverError | undefined;
  readonly #managed: readonly BrokerRecord[];
  readonly #kept: readonly BrokerRecord[];

  constructor({ managed = [], kept = [] }: { managed?: readonly BrokerRecord[]; kept?: readonly BrokerRecord[] }) {
    this.#managed = managed;
    this.#kept = kept;
  }

  current = (guid: string) => this.#answer(this.#managed.find((each) => each.guid === guid));
  named = ({ spaceGuid, name }: { readonly spaceGuid: string; readonly name: string }) => {
    this.asked.push(spaceGuid);
    return this.#answer(this.#kept.find((each) => each.spaceGuid === spaceGuid && each.name === name));
  };

  async #answer(record: BrokerRecord | undefined): Promise<BrokerAnswer> {
    if (this.failure !== undefined) throw this.failure;
    return record === undefined ? { unknown: "it could not look (500)" } : { record };
  }
}

async function ask(
  broker: BrokerRecords,
  { cf, log, query = {} }: { cf?: RecordedCloudFoundry; log?: string; query?: DiscoveryQuery },
) {
  const logs = log === undefined ? undefined : { files: memoryLogs({ "b.log": log }), patterns: ["b.log"] };
  return await discover({ sources: { broker, cf, logs, now }, query });
}

const NAMED = { name: "orders-db", space: SPACE.guid };

describe("the broker itself", () => {
  it("makes a candidate of what had the name in the space and is no more in Cloud Foundry", async () => {
    const cf = new RecordedCloudFoundry();
    const { document, exitCode, table } = await ask(new KeptRecords({ kept: [RECORD] }), { cf, query: NAMED });
    expect(exitCode).toBe(0);
    expect(document.candidates).toMatchObject([
      { guid: GUID, kind: "gone", name: "orders-db", spaceGuid: SPACE.guid, sources: ["broker"], mayLive: false },
    ]);
    expect(table).toContain("http://10.0.0.9:8888: what the broker has now");
  });

  it("makes none of an instance that lives", async () => {
    const cf = new RecordedCloudFoundry().living(GUID, "orders-db");
    const { document } = await ask(new KeptRecords({ kept: [RECORD] }), { cf, query: NAMED });
    expect(document.candidates).toEqual([]);
    expect(document.notDeleted).toMatchObject([{ guid: GUID }]);
  });

  it("is asked about the space of a name that Cloud Foundry's events know", async () => {
    const cf = new RecordedCloudFoundry().deleted(OTHER, "another-db", "2016-03-17T10:00:00Z");
    const broker = new KeptRecords({ kept: [RECORD] });
    const { document } = await ask(broker, { cf, query: { name: "orders-db", space: SPACE.name } });
    expect(broker.asked).toEqual([SPACE.guid]);
    expect(document.candidates.map(({ guid }) => guid)).toEqual([GUID]);
  });

  it("that finds nothing, fails, or was not asked, is no proof that there was nothing: 15", async () => {
    const cf = new RecordedCloudFoundry();
    const broker = new KeptRecords({});
    const why = async (query: DiscoveryQuery): Promise<string> => {
      const { exitCode, document } = await ask(broker, { cf, query });
      expect(exitCode).toBe(15);
      return document.coverage.find(({ source }) => source === "broker")?.why ?? "";
    };
    expect(await why(NAMED)).toMatch(/could not look \(500\)/);
    expect(await why({ name: "orders-db" })).toMatch(/by a name and the GUID of a space/);
    expect(await why({})).toMatch(/by a name and the GUID of a space/);
    broker.failure = new RecoverError("access-denied", "it refused", { remedy: "Log in." });
    expect(await why(NAMED)).toMatch(/it refused/);
  });

  it("alone says nothing of deletions: 15", async () => {
    const { exitCode, document } = await ask(new KeptRecords({ kept: [RECORD] }), { query: NAMED });
    expect(exitCode).toBe(15);
    expect(document.candidates).toEqual([]);
    expect(document.coverage.at(-1)?.why).toMatch(/who an instance was, not that it went/);
  });

  it("names what a log knows by its GUID only, and warns of what it still manages", async () => {
    const log = lager(goodDeletion());
    const named = await ask(new KeptRecords({ kept: [RECORD] }), { log, query: NAMED });
    expect(named.document.candidates).toMatchObject([
      { guid: GUID, kind: "deleted", name: "orders-db", mayLive: false },
    ]);
    const managed = await ask(new KeptRecords({ managed: [{ ...RECORD, nodes: 2 }] }), { log });
    expect(managed.document.candidates).toMatchObject([{ guid: GUID, name: "orders-db", mayLive: true }]);
    expect(managed.table).toContain("The broker still manages it, with 2 nodes");
  });
});
