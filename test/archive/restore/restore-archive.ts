/** A restore of an archive in memory into the directory of a test. */
import { readdirSync } from "node:fs";
import { expect } from "vitest";
import { planRestore } from "../../../src/archive/restore/plan.ts";
import { restoreArchive, type RestoreOutcome, type RestoreProgress } from "../../../src/archive/restore/restore.ts";
import { readArchive } from "../../../src/archive/reading/facts.ts";
import type { MemoryObjectStore } from "../../fakes/memory-object-store.ts";
import { besides } from "./place-to-restore.ts";
import { OLD } from "../sample-archive.ts";

export interface Terms {
  readonly targetTime?: Date;
  readonly signal?: AbortSignal;
  readonly progress?: (progress: RestoreProgress) => void;
}

export async function restore(
  store: MemoryObjectStore,
  { targetTime, signal, progress }: Terms = {},
): Promise<RestoreOutcome> {
  const reader = store.reader();
  const plan = planRestore(await readArchive(reader, OLD, { times: true }), { targetTime });
  return await restoreArchive(reader, plan, { directory: besides("data"), signal, progress });
}

/** Returns the error, and expects that no file is left. */
export async function refusal(store: MemoryObjectStore, terms: Terms = {}): Promise<unknown> {
  const error = await restore(store, terms).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(readdirSync(besides())).toEqual([]);
  return error;
}
