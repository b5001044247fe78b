import { systemClock } from "../../src/adapters/clock/system-clock.js";
import { LogStore } from "../../src/adapters/elasticsearch/log-store.js";
import { directDialer } from "../../src/adapters/network/dialer.js";
import { straight } from "../../src/adapters/network/http-agents.js";
import { Secrets } from "../../src/secrets.js";
import { type LogStoreFixture, logSearchContract } from "../contract/log-search.js";
import { LOG_STORES, type LogStoreName, startLogStore } from "../rig/log-stores.js";

for (const name of LOG_STORES) logSearchContract(`the real ${name}`, () => realStore(name));

async function realStore(name: LogStoreName): Promise<LogStoreFixture> {
  const { url, stop } = await startLogStore(name);
  const ask = async (method: string, path: string, body?: string): Promise<unknown> => {
    const type = path.startsWith("/_bulk") ? "application/x-ndjson" : "application/json";
    const request = body === undefined ? { method } : { method, body, headers: { "content-type": type } };
    const answer = await fetch(url + path, request);
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return await answer.json();
  };
  return {
    open: (index, limits) =>
      new LogStore({
        url,
        index,
        dial: straight(directDialer()),
        clock: systemClock(),
        secrets: new Secrets(),
        ...limits,
      }),
    make: async (index, { fields = {}, documents, shards = 1 }) => {
      const properties = fields;
      const settings = { number_of_shards: shards, number_of_replicas: 0 };
      await ask("PUT", `/${index}`, JSON.stringify({ settings, mappings: { properties } }));
      const lines = documents.flatMap(({ id, source }) => [
        JSON.stringify({ index: { _index: index, _id: id } }),
        JSON.stringify(source),
      ]);
      const done = (await ask("POST", "/_bulk?refresh=true", `${lines.join("\n")}\n`)) as { errors: boolean };
      if (done.errors) throw new Error(`not every document was taken: ${JSON.stringify(done).slice(0, 500)}`);
    },
    shut: async (index) => {
      await ask("POST", `/${index}/_close`);
    },
    foundations: ["a-0.1.2", "b-0.5.8", "c-0.8.0", "f-0.10.2"],
    contexts: async () => {
      const stats = (await ask("GET", "/_nodes/stats/indices/search")) as {
        nodes: Record<string, { indices: { search: { open_contexts: number } } }>;
      };
      return Object.values(stats.nodes).reduce((sum, { indices }) => sum + indices.search.open_contexts, 0);
    },
    inventory: async () => JSON.stringify(await ask("GET", "/_cat/indices?format=json&h=index,docs.count&s=index")),
    close: stop,
  };
}
