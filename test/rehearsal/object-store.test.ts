import { systemClock } from "../../src/adapters/clock/system-clock.js";
import { openArchiveStore } from "../../src/adapters/s3/archive-store.js";
import type { Clock } from "../../src/ports/clock.js";
import { SavedWorld } from "../../src/rehearsal/box/world-host.js";
import { serveStore } from "../../src/rehearsal/object-store/server.js";
import { BUCKET, foundation } from "../../src/rehearsal/world/foundation.js";
import type { ExpiryRule } from "../../src/rehearsal/world/store-state.js";
import { Secrets } from "../../src/secrets.js";
import { objectStoreContract } from "../contract/object-store.js";
import { sharedPlaceContract } from "../contract/shared-place.js";
import { StillClock } from "../fakes/still-clock.js";

async function boxStore() {
  const epochMs = Date.now();
  const world = foundation("f", 1, epochMs);
  world.store.keys.push({ id: "AKIADENIED", secret: "no-rights-at-all", denyWrites: ["*"], holder: "nobody" });
  const expiry: Record<string, readonly ExpiryRule[]> = {};
  const host = new SavedWorld(
    { ...world, store: { ...world.store, expiry } },
    { realMs: epochMs, epochMs, rate: 1 },
    () => undefined,
  );
  const server = await serveStore(host);
  const open = (endpoint: string, accessKeyId: string, clock: Clock = systemClock()) =>
    openArchiveStore({
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
