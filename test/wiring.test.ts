import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Config } from "../src/config/config.js";
import { SavedWorld } from "../src/rehearsal/box/world-host.js";
import { serveStore } from "../src/rehearsal/object-store/server.js";
import { makeKeyPair } from "../src/rehearsal/ssh/keys.js";
import { serveSsh } from "../src/rehearsal/ssh/server.js";
import { Secrets } from "../src/secrets.js";
import { wire, type Wired } from "../src/wiring.js";
import { ResourceLog } from "./contract/resource-log.js";
import { StillClock } from "./fakes/still-clock.js";
import { OLD, Scene } from "./rehearsal/scene.js";

/** Exists behind the gateway of the box alone; a rehearsal's dialer would refuse it. */
const STORE = "10.58.111.60:9000";
let wired: Wired | undefined;
const servers: { close(): Promise<void> }[] = [];
let config: Config;
let env: Record<string, string>;
let bucket: string;

beforeEach(async () => {
  const { world } = Scene.deleted();
  const host = new SavedWorld(world, { realMs: Date.now(), epochMs: world.now, rate: 60 }, () => undefined);
  const store = await serveStore(host);
  servers.push(store);
  const [operator, gateway] = [makeKeyPair("operator"), makeKeyPair("gateway")];
  const ssh = await serveSsh({
    host,
    gateway: { user: "jumpbox", hostKey: gateway, authorized: [operator.publicKey] },
    cellKeys: {},
    behind: { [STORE]: Number(new URL(store.url).port) },
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

async function open(s3: Config["s3"]): Promise<Wired> {
  wired = await wire({
    config: { ...config, s3 },
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
  it("is read through the one hop where the configuration says so", async () => {
    const { ports } = await open({ ...config.s3, viaGateway: true });
    const found = await ports.store.reader().list(bucket, `backups/${OLD}/`);
    expect(found.length).toBeGreaterThan(3);
    const [first] = found;
    const bytes = await ports.store.reader().get({ bucket, key: first?.key ?? "" });
    expect(bytes.length).toBe(first?.size);
  });

  it("is dialled straight where it does not, which a rehearsal refuses", async () => {
    const { ports } = await open(config.s3);
    const listed = ports.store.reader().list(bucket, `backups/${OLD}/`);
    await expect(listed).rejects.toMatchObject({ code: "rehearsal-escape" });
  });
});
