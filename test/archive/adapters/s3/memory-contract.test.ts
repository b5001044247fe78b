import { MemoryObjectStore } from "../../../fakes/memory-object-store.ts";
import { objectStoreContract } from "../../../contract/object-store.ts";

const BUCKET = "our-postgresql-backups";
const CALLS = ["list", "get", "stream", "head", "lifecycle", "copy", "remove"] as const;

objectStoreContract("in memory", async () => {
  const store = new MemoryObjectStore();
  const denied = new MemoryObjectStore();
  const unreachable = new MemoryObjectStore();
  store.bucket(BUCKET);
  for (const call of [...CALLS, "region", "time", "protection"] as const) {
    denied.refusals.set(call, "access-denied");
    unreachable.refusals.set(call, "unreachable");
  }
  return {
    bucket: BUCKET,
    store,
    denied,
    unreachable,
    honoursAbsence: true,
    seed: (key, content) => Promise.resolve(store.seed(BUCKET, key, content)),
    expire: ({ id, prefix, days }) => {
      const rule = { id, enabled: true, prefix, tagged: false, expires: { days }, transitions: [] };
      store.lifecycles.set(BUCKET, [rule]);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
});
