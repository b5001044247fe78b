import { systemClock } from "../../src/kit/clock/system-clock.ts";
import { LogStore } from "../../src/discovery/adapters/elasticsearch/log-store.ts";
import { directDialer } from "../../src/kit/network/dialer.ts";
import { straight } from "../../src/kit/network/http-agents.ts";
import { serveLogStore } from "../../src/rehearsal/log-store/server.ts";
import type { LogStoreState, StoredIndex } from "../../src/rehearsal/log-store/store.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";
import { type LogStoreFixture, logSearchContract } from "../contract/log-search.ts";

const VERSIONS = [
  ["elasticsearch", "7.6.1"],
  ["elasticsearch", "8.18.0"],
  ["elasticsearch", "9.0.0"],
  ["opensearch", "1.3.2"],
  ["opensearch", "2.19.1"],
  ["opensearch", "3.1.0"],
] as const;

for (const [product, version] of VERSIONS)
  logSearchContract(`the box's, as ${product} ${version}`, () => boxStore({ product, version, indices: [] }));

async function boxStore(state: LogStoreState): Promise<LogStoreFixture> {
  const server = await serveLogStore(state);
  const { answers } = server;
  const put = (index: StoredIndex): void => {
    const others = answers.state.indices.filter(({ name }) => name !== index.name);
    answers.state = { ...answers.state, indices: [...others, index] };
  };
  return {
    open: (index, limits) =>
      new LogStore({
        url: server.url,
        index,
        dial: straight(directDialer()),
        clock: systemClock(),
        secrets: new Secrets(),
        ...limits,
      }),
    make: async (name, { fields = {}, documents }) => put({ name, status: "open", fields, documents }),
    shut: async (name) => {
      const found = answers.state.indices.find((index) => index.name === name);
      if (found !== undefined) put({ ...found, status: "close" });
    },
    foundations: ["f-0.10.2"],
    contexts: async () => answers.searches.open,
    inventory: async () =>
      JSON.stringify([answers.state.indices.map(({ name, documents }) => [name, documents.length]), answers.strays]),
    close: () => server.close(),
  };
}
