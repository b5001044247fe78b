/** A copy out of the real archive of the package, for all programs that start it and all sandboxes that they run in. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { OpenSandbox } from "../../src/archive/adapters/scratch/programs.ts";
import { LocalScratch } from "../../src/archive/adapters/scratch/scratch-databases.ts";
import { formatLocation, instanceArchive } from "../../src/archive/names/location.ts";
import { copyAtTime } from "../../src/archive/restore/copy-at-time.ts";
import { type ReadyDatabase, readyDatabase } from "../../src/cli/commands/rehearse/real-database.ts";
import { COUPON_ROWS, COUPONS, realStory } from "../../src/rehearsal/real-archive/story.ts";
import { bytesOf } from "../../src/rehearsal/world/objects.ts";
import { MemoryObjectStore } from "../fakes/memory-object-store.ts";
import type { ScratchFixture } from "./scratch-database.ts";

const BASE = "base_000000010000000000000002_00000040";
const TIME = "2026-11-21T02:23:40.000Z";

export const { world, old } = realStory({ seed: 1, staysAlive: true });
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

interface Means extends Pick<ScratchFixture, "close"> {
  readonly root: string;
  readonly sandbox: OpenSandbox;
}

export function withPrograms(programs: string, { root, sandbox, close }: Means): ScratchFixture {
  const store = archive();
  const { signal } = new AbortController();
  return {
    open: () =>
      new LocalScratch({
        ...{ path: `${programs}:/usr/bin:/bin`, signal, sandbox, root },
        restore: (order) => copyAtTime(store.reader(), order),
      }),
    place: join(root, "copy"),
    programs: "",
    copy: { archive: formatLocation(location), time: TIME, base: BASE },
    table: { schema: "public", table: COUPONS, rows: COUPON_ROWS },
    close,
  };
}

export function newRoot(): string {
  const root = mkdtempSync("/var/tmp/dingo-recover-contract-");
  chmodSync(root, 0o711);
  return root;
}

/** With the PostgreSQL of the package, and its stand-ins of the clients. */
export async function withRealPostgres(sandbox: OpenSandbox): Promise<ScratchFixture> {
  const root = newRoot();
  const ready = await readyDatabase("");
  return withPrograms(ready.programs, { root, sandbox, close: () => closeBoth(ready, root) });
}

/** The same server with the distribution's clients: stand-ins of them speak over loopback, and a sandbox has none. */
export async function withRealClients(sandbox: OpenSandbox): Promise<ScratchFixture> {
  const root = newRoot();
  const ready = await readyDatabase("");
  const alone = join(root, "server-alone");
  mkdirSync(alone);
  symlinkSync(join(ready.programs, "postgres"), join(alone, "postgres"));
  return withPrograms(alone, { root, sandbox, close: () => closeBoth(ready, root) });
}

async function closeBoth(ready: ReadyDatabase, root: string): Promise<void> {
  await ready.remove();
  rmSync(root, { recursive: true, force: true });
}
