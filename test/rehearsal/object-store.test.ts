import { Agent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/kit/clock/system-clock.ts";
import { openArchiveStore } from "../../src/archive/adapters/s3/archive-store.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { SavedWorld } from "../../src/rehearsal/box/world-host.ts";
import { serveStore } from "../../src/rehearsal/object-store/server.ts";
import { BUCKET, foundation } from "../../src/rehearsal/world/foundation.ts";
import type { ExpiryRule } from "../../src/rehearsal/world/store-state.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";
import { objectStoreContract } from "../contract/object-store.ts";
import { sharedPlaceContract } from "../contract/shared-place.ts";
import { type Habits, LooserStore } from "../archive/adapters/s3/looser-store.ts";
import { StillClock } from "../fakes/still-clock.ts";

const LOOPBACK = [{ address: "127.0.0.1", family: 4 }];

async function boxStore(habits: Habits = {}) {
  const epochMs = Date.now();
  const world = foundation("f", 1, epochMs);
  world.store.keys.push({ id: "AKIADENIED", secret: "no-rights-at-all", denyWrites: ["*"], holder: "nobody" });
  const expiry: Record<string, readonly ExpiryRule[]> = {};
  const host = new SavedWorld(
    { ...world, store: { ...world.store, expiry } },
    { realMs: epochMs, epochMs, rate: 1 },
    () => undefined,
  );
  const served = await serveStore(host);
  const looser = await LooserStore.before(served.url, habits);
  const server = { url: looser.endpoint, close: () => looser.stop().then(() => served.close()) };
  const http = new Agent({
    lookup: (_host, { all }, found) => (all === true ? found(null, LOOPBACK) : found(null, "127.0.0.1", 4)),
  });
  const style = habits.bucketInHost === true ? "virtual" : "path";
  const open = (
    endpoint: string,
    accessKeyId: string,
    clock: Clock = systemClock(),
    addressStyle: "path" | "virtual" = style,
  ) =>
    openArchiveStore({
      addressStyle,
      agents: { http, https: new HttpsAgent() },
      clock,
      secrets: new Secrets(),
      endpoint,
      credentials: () => Promise.resolve({ accessKeyId, secretAccessKey: "signatures-are-not-checked" }),
      environment: {},
    });
  const operator = world.store.keys.find((key) => key.holder === "operator")?.id ?? "";
  return {
    bucket: BUCKET,
    store: open(server.url, operator),
    denied: open(server.url, "AKIADENIED"),
    // It is asked again after pauses, which nobody has to sit through.
    inPath: open(server.url, operator, new StillClock(), "path"),
    unreachable: open("http://127.0.0.1:9", operator, new StillClock()),
    honoursAbsence: true,
    seed: (key: string, content: string) => {
      const meaning = { is: "bytes", base64: Buffer.from(content).toString("base64") } as const;
      host.apply({ is: "put-object", bucket: BUCKET, key, meaning, by: "test" });
      return Promise.resolve();
    },
    expire: (rule: ExpiryRule) => {
      host.apply({ is: "expire-objects", bucket: BUCKET, rules: [rule] });
      return Promise.resolve();
    },
    close: () => server.close(),
  };
}

objectStoreContract("the box's by the AWS SDK", boxStore);

// Ceph of Hammer to Luminous, ViPR and HCP have such habits (wal-g#114, #392, ceph#7712, ozone#6519, s5cmd#518).
objectStoreContract("a looser one", () => boxStore({ firstVersion: true, encodingUnsaid: true, withoutLength: true }));

// Alibaba's OSS and Tencent's COS do, and some installations of Ceph.
objectStoreContract("one that takes a bucket in the host's name", () => boxStore({ bucketInHost: true }));

describe("a store that takes a bucket in the host's name alone", () => {
  it("refuses the other way with the setting that can help", async () => {
    const { bucket, inPath, close } = await boxStore({ bucketInHost: true });
    await expect(inPath.reader().list(bucket, "")).rejects.toMatchObject({
      code: "answer-malformed",
      remedy: "The store takes the bucket in the host's name alone: set s3.address_style: virtual.",
    });
    await close();
  });
});

describe("a store without ETags", () => {
  it("is listed and read, pinned to sizes", async () => {
    const { bucket, store, seed, close } = await boxStore({ withoutEtags: true, withoutLength: true });
    await seed("some/key", "content");
    const reader = store.reader();
    const [listed] = await reader.list(bucket, "some/");
    expect(listed).toMatchObject({ key: "some/key", size: 7, etag: "" });
    const at = { bucket, key: "some/key" };
    const how = { ifMatch: listed?.etag ?? "none", size: 7 };
    expect(Buffer.from(await reader.get(at, how)).toString()).toBe("content");
    expect(Buffer.from(await reader.get(at, { ...how, range: "bytes=1-3" })).toString()).toBe("ont");
    const pieces: Uint8Array[] = [];
    for await (const piece of await reader.stream(at, how)) pieces.push(piece);
    expect(Buffer.concat(pieces).toString()).toBe("content");
    await expect(reader.get(at, { ...how, size: 8 })).rejects.toMatchObject({ code: "answer-incomplete" });
    await close();
  });
});

sharedPlaceContract("the box's by the AWS SDK", async () => {
  const { store, denied, unreachable, close } = await boxStore();
  const at = { bucket: BUCKET, prefix: "leases" };
  return {
    place: store.shared(at),
    denied: denied.shared(at),
    unreachable: unreachable.shared(at),
    nowhere: store.shared({ ...at, bucket: "no-such-bucket-anywhere" }),
    close,
  };
});
