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
import { StillClock } from "../fakes/still-clock.ts";

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
