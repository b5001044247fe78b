/** The fake of the action tests, and the adapter with the rehearsal's programs and with a real PostgreSQL, held to one contract. */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LocalScratch } from "../../../src/adapters/scratch/scratch-databases.js";
import { formatLocation, instanceArchive } from "../../../src/archive/names/location.js";
import { copyAtTime } from "../../../src/archive/restore/copy-at-time.js";
import { readyDatabase } from "../../../src/cli/real-database.js";
import type { WorldHost } from "../../../src/rehearsal/box/world-host.js";
import { COUPON_ROWS, COUPONS, realStory } from "../../../src/rehearsal/real-archive/story.js";
import { openLaptop, removeLaptop } from "../../../src/rehearsal/supervisor/laptop.js";
import { bytesOf } from "../../../src/rehearsal/world/objects.js";
import { type ScratchFixture, scratchDatabaseContract } from "../../contract/scratch-database.js";
import { FakeScratch } from "../../fakes/fake-scratch.js";
import { MemoryObjectStore } from "../../fakes/memory-object-store.js";

const BASE = "base_000000010000000000000002_00000040";
const TIME = "2026-11-21T02:23:40.000Z";

scratchDatabaseContract("the fake of the action tests", () => {
  const fake = new FakeScratch();
  return Promise.resolve({
    open: () => fake,
    place: "/var/tmp/dingo-recover-fake",
    programs: "/usr/lib/postgresql/9.6/bin",
    copy: { archive: "s3://bucket/backups/x/wal", time: "2026-11-21T11:04:30.000Z", base: "base_1" },
    table: { schema: "public", table: "visits", rows: 60 },
    close: () => Promise.resolve(),
  });
});

const { world, old } = realStory({ seed: 1, staysAlive: true });
const { bucket } = world.network;
const location = instanceArchive(bucket, old);

/** The real archive, as the box would serve it. */
function archive(): MemoryObjectStore {
  const store = new MemoryObjectStore();
  for (const [key, { meaning, lastModified }] of Object.entries(world.store.buckets[bucket] ?? {}))
    if (key.startsWith(location.prefix))
      store.seed(bucket, key, bytesOf(meaning), { lastModified: new Date(lastModified).toISOString() });
  return store;
}

function withPrograms(programs: string, { root, close }: Pick<ScratchFixture, "close"> & { readonly root: string }) {
  const store = archive();
  const { signal } = new AbortController();
  return {
    open: () =>
      new LocalScratch({
        ...{ path: `${programs}:/usr/bin:/bin`, signal, root },
        restore: (order) => copyAtTime(store.reader(), order),
      }),
    place: join(root, "copy"),
    programs: "",
    copy: { archive: formatLocation(location), time: TIME, base: BASE },
    table: { schema: "public", table: COUPONS, rows: COUPON_ROWS },
    close,
  };
}

function newRoot(): string {
  const root = mkdtempSync("/var/tmp/dingo-recover-contract-");
  chmodSync(root, 0o711);
  return root;
}

/** A world in which no time passes, and nothing happens. */
const host: WorldHost = {
  world: () => world,
  now: () => world.now,
  apply: (event) => {
    throw new Error(`nothing should happen, and ${event.is} does`);
  },
  until: () => Promise.reject(new Error("nobody waits")),
};

scratchDatabaseContract("this machine, with the rehearsal's PostgreSQL", async () => {
  const root = newRoot();
  const laptop = await openLaptop({ directory: "contract", host, parent: root });
  return withPrograms(laptop.programs, {
    root,
    close: async () => {
      await laptop.close();
      removeLaptop("contract", root);
      rmSync(root, { recursive: true, force: true });
    },
  });
});

if (process.platform === "linux" && process.arch === "x64")
  scratchDatabaseContract("this machine, with a real PostgreSQL", async () => {
    const root = newRoot();
    const ready = await readyDatabase("");
    return withPrograms(ready.programs, {
      root,
      close: async () => {
        await ready.remove();
        rmSync(root, { recursive: true, force: true });
      },
    });
  });
