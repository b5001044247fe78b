/**
 * The way back of `set-aside.ts`: copies every object of the plan back to its name. The objects aside stay where they
 * are; nothing is overwritten, and it may be killed anywhere and run again.
 */
import { giveUp, refuse } from "../../errors.ts";
import type { ObjectInfo, ObjectReader, ObjectStore } from "../../ports/object-store.ts";
import type { CopyOptions } from "./copy.ts";
import { itemsOf, type CopyItem, type CopyPlan } from "./copy-plan.ts";
import { formatLocation } from "../names/location.ts";
import { listByKey } from "../reading/listing.ts";
import { inParallel } from "../../kit/in-parallel.ts";
import { sameContent } from "./same-content.ts";

const IN_FLIGHT = 64;
/** S3 dates objects to the second; two sentinels of one second would leave WAL-E's choice to their names. */
const BETWEEN_SENTINELS_MS = 1_100;

export interface PutBackState {
  readonly total: number;
  /** Original keys that have their former content. */
  readonly there: ReadonlySet<string>;
  /** Where each missing one is to be copied from. */
  readonly missing: ReadonlyMap<string, ObjectInfo>;
  /** Anything here must be looked at by a person. */
  readonly conflicts: readonly string[];
}

/** Reads only. `plan` is the one by which the archive was moved aside. */
export async function probePutBack(store: ObjectReader, plan: CopyPlan): Promise<PutBackState> {
  const live = await listByKey(store, plan.source);
  const aside = await listByKey(store, plan.target);
  const items = itemsOf(plan);
  const known = new Set(items.map((item) => item.from.key));
  const conflicts = [...live.keys()].filter((key) => !known.has(key)).map((key) => `${JSON.stringify(key)} is new`);
  const there = new Set<string>();
  const missing = new Map<string, ObjectInfo>();
  await inParallel(items, IN_FLIGHT, async (item) => {
    const { key } = item.from;
    const [now, kept] = [live.get(key), aside.get(item.to)];
    if (now === undefined && kept === undefined) conflicts.push(`${JSON.stringify(key)} is gone, and not aside`);
    else if (now === undefined && kept !== undefined) missing.set(key, kept);
    else if (now !== undefined && (await isBack(store, plan, { item, now, kept }))) there.add(key);
    else conflicts.push(`${JSON.stringify(key)} is something else`);
  });
  return { total: items.length, there, missing, conflicts };
}

/** Errors: those of the store; `target-not-fresh` if somebody wrote in between; `proof-failed` if a copy differs. */
export async function putBack(store: ObjectStore, plan: CopyPlan, options: CopyOptions): Promise<void> {
  const before = await probePutBack(store, plan);
  requireNoConflict(plan, before);
  let done = before.there.size;
  const copyOne = async (item: CopyItem): Promise<void> => {
    const kept = before.missing.get(item.from.key);
    if (kept === undefined) return;
    options.signal?.throwIfAborted();
    await options.beforeEffect?.();
    await copyBack(store, plan, { item, kept });
    done += 1;
    options.progress?.(done, before.total);
  };
  for (const phase of plan.phases) await inParallel(phase, options.inFlight ?? IN_FLIGHT, copyOne);
  // Those that were never moved are older than the ones that were: sentinels are moved youngest first.
  for (const item of plan.sentinels.filter(({ from }) => before.missing.has(from.key))) {
    if (item !== plan.sentinels[0]) await options.clock.sleep(BETWEEN_SENTINELS_MS, options.signal);
    await copyOne(item);
  }
  const after = await probePutBack(store, plan);
  requireNoConflict(plan, after);
  if (after.there.size === after.total) return;
  throw giveUp("proof-failed", `${after.total - after.there.size} of ${after.total} objects are not back`)
    .at(formatLocation(plan.source))
    .advise("Go on with the same command: it copies what is missing.");
}

async function copyBack(
  store: ObjectStore,
  plan: CopyPlan,
  { item, kept }: { readonly item: CopyItem; readonly kept: ObjectInfo },
): Promise<void> {
  await store.copy(
    { bucket: plan.target.bucket, key: kept.key },
    { bucket: plan.source.bucket, key: item.from.key },
    { ifMatch: kept.etag, size: kept.size, storageClass: kept.storageClass, ifAbsent: true },
  );
}

/** Against the copy aside if there is one; one that was never moved is the very object of the plan. */
async function isBack(
  store: ObjectReader,
  plan: CopyPlan,
  { item, now, kept }: { readonly item: CopyItem; readonly now: ObjectInfo; readonly kept: ObjectInfo | undefined },
): Promise<boolean> {
  if (kept === undefined) return now.etag === item.from.etag && now.size === item.from.size;
  const live = { bucket: plan.source.bucket, info: now };
  return sameContent(store, live, { bucket: plan.target.bucket, info: kept });
}

function requireNoConflict(plan: CopyPlan, state: PutBackState): void {
  const [first] = state.conflicts;
  if (first === undefined) return;
  throw refuse("target-not-fresh", `the archive changed while it was put back: ${first}`)
    .at(formatLocation(plan.source))
    .advise("Check that the container is stopped and nothing else writes there, then look at these objects.");
}
