/** What every source of a broker's own records must do behind the port. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BrokerRecords } from "../../src/ports/broker-records.js";
import type { BrokerRecordJson } from "../../src/rehearsal/broker-admin/answers.js";

export interface BrokerFixture {
  open(password?: string): BrokerRecords;
  put(content: {
    readonly version?: string;
    readonly managed?: readonly BrokerRecordJson[];
    readonly kept?: readonly BrokerRecordJson[];
  }): Promise<void>;
  /** Every call from now on is answered so; undefined: as it should be. */
  fail(how: { readonly status: number; readonly body: string } | "cut" | undefined): void;
  /** Calls that change anything, or that no broker knows. */
  strays(): readonly string[];
  close(): Promise<void>;
}

export const SPACE = "ff8cb00d-2dd9-4017-b4a8-26ae00e5c505";
export const ORG = "09161251-dbbc-4f7a-9313-520199175b20";
export const INSTANCE = "7d61d6d9-4af6-49b1-bbd3-8a311bdc64cc";
export const UNKNOWN = "0d61d6d9-4af6-49b1-bbd3-8a311bdc64cc";
export const CANARY = "hunter2hunter2canary";

export function recordOf(change: Partial<BrokerRecordJson> = {}): BrokerRecordJson {
  const credentials = (username: string) => ({ username, password: CANARY });
  return {
    instance_id: INSTANCE,
    service_id: "beb5973c-e1b2-11e5-a736-c7c0b526363d",
    plan_id: "b96d0936-e423-11e5-accb-93d374e93368",
    organization_guid: ORG,
    space_guid: SPACE,
    service_instance_name: "orders-db",
    admin_credentials: credentials("pgadmin"),
    superuser_credentials: credentials("postgres"),
    app_credentials: credentials("appuser"),
    allocated_port: 30006,
    ...change,
  };
}

const NODES = ["a", "b"].map((node) => ({ node_id: node, cell_guid: "10.10.31.22", state: "running" }));

export function brokerRecordsContract(name: string, start: () => Promise<BrokerFixture>): void {
  describe(`broker records contract: ${name}`, () => {
    let broker: BrokerFixture;
    beforeAll(async () => {
      broker = await start();
    });
    afterAll(() => broker.close());

    it("tells what it manages under a GUID, without its passwords", async () => {
      await broker.put({ managed: [recordOf({ nodes: NODES })] });
      const told = await broker.open().current(INSTANCE);
      expect(told).toEqual({
        record: {
          guid: INSTANCE,
          name: "orders-db",
          orgGuid: ORG,
          spaceGuid: SPACE,
          planGuid: "b96d0936-e423-11e5-accb-93d374e93368",
          nodes: 2,
        },
      });
      expect(JSON.stringify(told)).not.toContain(CANARY);
    });

    it("takes its error for a GUID that it does not know for no answer", async () => {
      await broker.put({ managed: [recordOf()] });
      expect(await broker.open().current(UNKNOWN)).toEqual({ unknown: expect.stringMatching(/500/) as string });
    });

    it("tells by name and space who an instance was that it manages no more", async () => {
      await broker.put({ kept: [recordOf({ service_instance_name: "the db/of ä" })] });
      const told = await broker.open().named({ spaceGuid: SPACE, name: "the db/of ä" });
      expect(told).toMatchObject({ record: { guid: INSTANCE, name: "the db/of ä", spaceGuid: SPACE } });
      expect(JSON.stringify(told)).not.toContain(CANARY);
      for (const wanted of [
        { spaceGuid: SPACE, name: "another" },
        { spaceGuid: ORG, name: "the db/of ä" },
      ])
        expect(await broker.open().named(wanted)).toEqual({ unknown: expect.stringMatching(/500/) as string });
    });

    it("of a version without these addresses says which has them", async () => {
      const content = { managed: [recordOf()], kept: [recordOf()] };
      const named = { spaceGuid: SPACE, name: "orders-db" };
      await broker.put({ ...content, version: "0.9.3" });
      expect(await broker.open().current(INSTANCE)).toMatchObject({ record: { guid: INSTANCE } });
      expect(await broker.open().named(named)).toEqual({ unknown: expect.stringMatching(/0\.10\.0/) as string });
      await broker.put({ ...content, version: "0.7.0" });
      expect(await broker.open().current(INSTANCE)).toEqual({ unknown: expect.stringMatching(/0\.8\.1/) as string });
    });

    it("fails where it refuses, does not answer, answers in part or as something else", async () => {
      await broker.put({ managed: [recordOf()], kept: [recordOf()] });
      await expect(broker.open("another-password").current(INSTANCE)).rejects.toMatchObject({ code: "access-denied" });
      const cases = [
        [{ status: 403, body: "" }, "access-denied"],
        [{ status: 503, body: "<h1>503</h1>" }, "unreachable"],
        [{ status: 200, body: "<html>router</html>" }, "answer-malformed"],
        [{ status: 200, body: '{"instance_id":"7d61d6d9"}' }, "answer-malformed"],
        [
          { status: 200, body: JSON.stringify(recordOf({ instance_id: UNKNOWN, space_guid: ORG })) },
          "answer-malformed",
        ],
        ["cut", "unreachable"],
      ] as const;
      for (const [how, code] of cases) {
        broker.fail(how);
        await expect(broker.open().current(INSTANCE), JSON.stringify(how)).rejects.toMatchObject({ code });
        const named = broker.open().named({ spaceGuid: SPACE, name: "orders-db" });
        await expect(named, JSON.stringify(how)).rejects.toMatchObject({ code });
      }
      broker.fail(undefined);
    });

    it("is only ever read", () => {
      expect(broker.strays()).toEqual([]);
    });
  });
}
