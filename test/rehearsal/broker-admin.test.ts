import { AdminRecords } from "../../src/adapters/broker/admin-records.js";
import { directDialer } from "../../src/adapters/network/dialer.js";
import { straight } from "../../src/adapters/network/http-agents.js";
import { serveBrokerAdmin } from "../../src/rehearsal/broker-admin/server.js";
import { Secrets } from "../../src/secrets.js";
import { type BrokerFixture, brokerRecordsContract } from "../contract/broker-records.js";

const PASSWORD = "a-password-of-the-broker";
const authorization = `Basic ${Buffer.from(`broker:${PASSWORD}`).toString("base64")}`;

brokerRecordsContract("the stand-in", boxBroker);

async function boxBroker(): Promise<BrokerFixture> {
  const empty = { version: "0.10.2", authorization, managed: [], kept: [] } as const;
  const server = await serveBrokerAdmin(empty);
  return {
    open: (password = PASSWORD) =>
      new AdminRecords({
        url: server.url,
        dial: straight(directDialer()),
        secrets: new Secrets(),
        login: () => Promise.resolve({ username: "broker", password }),
      }),
    put: async (content) => {
      server.state = { ...empty, ...content };
    },
    fail: (how) => {
      const struck = { match: "* /*", when: "before" } as const;
      if (how === undefined) server.suffer([]);
      else if (how === "cut") server.suffer([{ ...struck, kind: "cut", when: "after" }]);
      else server.suffer([{ ...struck, kind: "status", ...how }]);
    },
    strays: () => server.strays,
    close: () => server.close(),
  };
}
