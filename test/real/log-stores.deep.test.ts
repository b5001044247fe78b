import { systemClock } from "../../src/kit/clock/system-clock.ts";
import { LogStore, type LogStoreOptions } from "../../src/discovery/adapters/elasticsearch/log-store.ts";
import { directDialer } from "../../src/kit/network/dialer.ts";
import { straight } from "../../src/kit/network/http-agents.ts";
import { selfSignedCertificate } from "../../src/rehearsal/http/certificate.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";
import { expect, it } from "vitest";
import { type LogStoreFixture, logSearchContract } from "../contract/log-search.ts";
import { type LogStoreFront, startFront } from "../rig/log-stores/log-store-front.ts";
import { LOG_STORES, type LogStoreName, startLogStore } from "../rig/log-stores/log-stores.ts";

/** Every foundation takes seconds; of two generations they are all tried. */
const IN_FULL: readonly LogStoreName[] = ["elasticsearch-7.6.1", "opensearch-2.19.1"];
/** Behind TLS and a password, as operators have them. */
const FRONTED: readonly LogStoreName[] = ["elasticsearch-8.18.0", "opensearch-2.19.1"];

for (const name of LOG_STORES)
  if (FRONTED.includes(name)) logSearchContract(`the real ${name} behind TLS`, () => frontedStore(name), refusals);
  else logSearchContract(`the real ${name}`, () => realStore(name));

interface FrontedStore extends LogStoreFixture {
  readonly front: LogStoreFront;
}

function refusals(store: () => FrontedStore): void {
  const asked = { anyOf: ["broker.deprovision"] };
  const search = (change: Partial<LogStoreOptions>): Promise<unknown> => {
    const { url, ca } = store().front;
    return openStore({ url, ca, index: "*", login: loginOf(store().front), ...change }).search(asked, () => undefined);
  };

  it("is believed by the authority that was named, and by no other", async () => {
    const other = selfSignedCertificate(["127.0.0.1"]).cert;
    await expect(search({})).resolves.toEqual(expect.any(Array));
    await expect(search({ ca: other })).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringContaining("is not trusted") as string,
    });
    const { url } = store().front;
    const untold = openStore({ url, index: "*", login: loginOf(store().front) });
    await expect(untold.search(asked, () => undefined)).rejects.toMatchObject({ code: "unreachable" });
  });

  it("refuses whoever has another password, or none", async () => {
    const { username } = store().front;
    const login = () => Promise.resolve({ kind: "password", username, password: "another-one" } as const);
    await expect(search({ login })).rejects.toMatchObject({ code: "access-denied" });
    const { url, ca } = store().front;
    await expect(openStore({ url, ca, index: "*" }).survey()).rejects.toMatchObject({ code: "access-denied" });
  });
}

const loginOf = ({ username, password }: LogStoreFront) => {
  return () => Promise.resolve({ kind: "password", username, password } as const);
};

function openStore(options: Omit<LogStoreOptions, "dial" | "clock" | "secrets">): LogStore {
  return new LogStore({ dial: straight(directDialer()), clock: systemClock(), secrets: new Secrets(), ...options });
}

async function frontedStore(name: LogStoreName): Promise<FrontedStore> {
  const behind = await realStore(name);
  const front = await startFront(behind.url);
  const { url, ca } = front;
  return {
    ...behind,
    front,
    open: (index, limits) => openStore({ url, ca, index, login: loginOf(front), ...limits }),
    close: async () => {
      await front.stop();
      await behind.close();
    },
  };
}

async function realStore(name: LogStoreName): Promise<LogStoreFixture & { readonly url: string }> {
  const { url, stop } = await startLogStore(name);
  const ask = async (method: string, path: string, body?: string): Promise<unknown> => {
    const type = path.startsWith("/_bulk") ? "application/x-ndjson" : "application/json";
    const request = body === undefined ? { method } : { method, body, headers: { "content-type": type } };
    const answer = await fetch(url + path, request);
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return await answer.json();
  };
  return {
    url,
    open: (index, limits) => openStore({ url, index, ...limits }),
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
    foundations: IN_FULL.includes(name) ? ["a-0.1.2", "b-0.5.8", "c-0.8.0", "f-0.10.2"] : ["f-0.10.2"],
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
