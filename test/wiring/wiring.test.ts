import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Config, LogStoreConfig } from "../../src/config/settings/config.ts";
import { discover } from "../../src/discovery/answer/discover.ts";
import { SavedWorld } from "../../src/rehearsal/box/world-host.ts";
import { selfSignedCertificate } from "../../src/rehearsal/http/certificate.ts";
import { serveLogStore } from "../../src/rehearsal/log-store/server.ts";
import { serveStore } from "../../src/rehearsal/object-store/server.ts";
import { makeKeyPair } from "../../src/rehearsal/ssh/keys.ts";
import { serveSsh } from "../../src/rehearsal/ssh/server.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";
import { wire, type Wired } from "../../src/wiring/wiring.ts";
import { line, LOGSEARCH, numbered, raw } from "../contract/log-search.ts";
import { ResourceLog } from "../contract/resource-log.ts";
import { StillClock } from "../fakes/still-clock.ts";
import { OLD, Scene } from "../rehearsal/world/scene.ts";

/** Exists behind the gateway of the box alone; a rehearsal's dialer would refuse it. */
const STORE = "10.58.111.60:9000";
const LOG_STORE = "10.58.111.61:9200";
let wired: Wired | undefined;
const servers: { close(): Promise<void> }[] = [];
let config: Config;
let env: Record<string, string>;
let bucket: string;
let logStoreConfig: LogStoreConfig;

beforeEach(async () => {
  const { world } = Scene.deleted();
  const host = new SavedWorld(world, { realMs: Date.now(), epochMs: world.now, rate: 60 }, () => undefined);
  const store = await serveStore(host);
  servers.push(store);
  const tls = selfSignedCertificate([LOG_STORE.replace(/:.*/, "")]);
  const logStore = await serveLogStore({ product: "elasticsearch", version: "8.18.0", indices: [INDEX] }, { tls });
  servers.push(logStore);
  logStoreConfig = { section: "elasticsearch", url: `https://${LOG_STORE}`, index: "logs-*", caCert: tls.cert };
  const [operator, gateway] = [makeKeyPair("operator"), makeKeyPair("gateway")];
  const ssh = await serveSsh({
    host,
    gateway: { user: "jumpbox", hostKey: gateway, authorized: [operator.publicKey] },
    cellKeys: {},
    behind: { [STORE]: Number(new URL(store.url).port), [LOG_STORE]: logStore.port },
  });
  servers.push(ssh);
  const key = world.store.keys.find(({ holder }) => holder === "operator");
  env = { AWS_ACCESS_KEY_ID: key?.id ?? "", AWS_SECRET_ACCESS_KEY: key?.secret ?? "", KEY: operator.privateKey };
  bucket = world.network.bucket;
  config = {
    cf: { skipSslValidation: false },
    bosh: {
      gateway: {
        host: "127.0.0.1",
        port: ssh.port,
        user: "jumpbox",
        privateKey: { kind: "env", name: "KEY" },
        hostKey: gateway.publicKey,
      },
    },
    s3: {
      endpoint: `http://${STORE}`,
      region: world.network.region,
      bucket,
      credentials: {
        accessKeyId: { kind: "env", name: "AWS_ACCESS_KEY_ID" },
        secretAccessKey: { kind: "env", name: "AWS_SECRET_ACCESS_KEY" },
      },
    },
    logs: [],
    actions: [],
  };
});

afterEach(async () => {
  await wired?.close();
  wired = undefined;
  for (const server of servers.splice(0).reverse()) await server.close();
});

const INDEX = {
  name: "logs-1",
  status: "open",
  fields: LOGSEARCH,
  documents: numbered([raw(line("deprovision.start"))]),
} as const;

async function open(change: Partial<Config>): Promise<Wired> {
  wired = await wire({
    config: { ...config, ...change },
    env,
    secrets: new Secrets(),
    clock: new StillClock(),
    recorder: new ResourceLog(),
    signal: new AbortController().signal,
    loopbackOnly: true,
  });
  return wired;
}

describe("the object store behind the gateway", () => {
  it("is read through the one hop if the configuration says so", async () => {
    const { ports } = await open({ s3: { ...config.s3, viaGateway: true } });
    const found = await ports.store.reader().list(bucket, `backups/${OLD}/`);
    expect(found.length).toBeGreaterThan(3);
    const [first] = found;
    const bytes = await ports.store.reader().get({ bucket, key: first?.key ?? "" });
    expect(bytes.length).toBe(first?.size);
  });

  it("is dialled straight if it does not, which a rehearsal refuses", async () => {
    const { ports } = await open({});
    const listed = ports.store.reader().list(bucket, `backups/${OLD}/`);
    await expect(listed).rejects.toMatchObject({ code: "rehearsal-escape" });
  });
});

describe("a log store behind the gateway", () => {
  const asked = { anyOf: ["broker.deprovision"] };

  it("is searched through the one hop if the configuration says so, and shows its own certificate there", async () => {
    const { ports } = await open({ logStores: [{ ...logStoreConfig, viaGateway: true }] });
    const found: string[] = [];
    const holes = await ports.logStores[0]?.search(asked, ({ id }) => found.push(id));
    expect([found, holes]).toEqual([["d0"], []]);
  });

  it("is dialled straight if it does not, which a rehearsal refuses", async () => {
    const { ports } = await open({ logStores: [logStoreConfig] });
    await expect(ports.logStores[0]?.search(asked, () => undefined)).rejects.toMatchObject({
      code: "rehearsal-escape",
    });
  });

  it("that the gateway does not reach is unreachable, and no store without lines", async () => {
    const elsewhere = { ...logStoreConfig, url: "https://10.58.111.62:9200", viaGateway: true } as const;
    const { ports } = await open({ logStores: [elsewhere] });
    const { document, exitCode } = await discover({
      sources: { stores: ports.logStores, now: new Date() },
      query: {},
    });
    expect(exitCode).toBe(15);
    expect(document.coverage[0]).toMatchObject({
      complete: false,
      why: expect.stringContaining("10.58.111.62") as string,
    });
  });
});
