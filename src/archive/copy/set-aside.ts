/**
 * Moves an archive aside, object by object: copied, the copy looked at, then deleted (law 2). Only objects that are as
 * the plan saw them are moved; it may be killed anywhere and run again. Sentinels go first, so that a half moved
 * archive never looks whole.
 */
import { giveUp, type RecoverError, refuse } from "../../errors.ts";
import type { ObjectInfo, ObjectStore } from "../../ports/object-store.ts";
import { copyItem, type CopyOptions } from "./copy.ts";
import { itemsOf, type CopyItem, type CopyPlan } from "./copy-plan.ts";
import { formatLocation } from "../names/location.ts";
import { listByKey } from "../reading/listing.ts";
import { inParallel } from "../../kit/in-parallel.ts";
import { sameByListing, sameContent } from "./same-content.ts";
import { counted } from "../../kit/text/counted.ts";

const IN_FLIGHT = 64;

export interface SetAsideOutcome {
  readonly objects: number;
  readonly bytes: number;
  readonly moved: number;
  readonly alreadyAside: number;
}

/** Where each object of the plan is. Anything in `conflicts` must be looked at by a person. */
export interface SetAsideState {
  readonly total: number;
  readonly toMove: readonly CopyItem[];
  readonly aside: number;
  readonly conflicts: readonly string[];
}

/** Reads only. The plan is `planCopy(archive, asideLocation(…), listing)`, made before the first object was moved. */
export async function probeSetAside(store: Reader, plan: CopyPlan): Promise<SetAsideState> {
  const live = await listByKey(store, plan.source);
  const aside = await listByKey(store, plan.target);
  const items = itemsOf(plan);
  const known = new Set(items.map((item) => item.from.key));
  const conflicts = [...live.keys()].filter((key) => !known.has(key)).map((key) => `${JSON.stringify(key)} is new`);
  const toMove: CopyItem[] = [];
  for (const item of items) {
    const now = live.get(item.from.key);
    const moved = aside.get(item.to);
    if (now !== undefined && unchanged(item.from, now)) toMove.push(item);
    else if (now !== undefined) conflicts.push(`${JSON.stringify(item.from.key)} was written again`);
    else if (moved === undefined) conflicts.push(`${JSON.stringify(item.from.key)} is gone, and not aside`);
    else if (sameByListing(item.from, moved) === false) conflicts.push(`${JSON.stringify(item.to)} is something else`);
  }
  return { total: items.length, toMove, aside: items.length - toMove.length, conflicts };
}

/** All of the plan is aside, and the archive holds something else by now. Reads only. */
export async function isWrittenAgain(store: Reader, plan: CopyPlan): Promise<boolean> {
  const live = await listByKey(store, plan.source);
  const aside = await listByKey(store, plan.target);
  const items = itemsOf(plan);
  const allAside = items.every(({ from, to }) => {
    const moved = aside.get(to);
    return moved !== undefined && sameByListing(from, moved) !== false;
  });
  // An object that is as the plan saw it may be left from a move that was interrupted.
  const planned = new Map(items.map(({ from }) => [from.key, from]));
  const other = [...live.values()].some((now) => {
    const from = planned.get(now.key);
    return from === undefined || !unchanged(from, now);
  });
  return allAside && other;
}

/** Errors: those of the store; `target-not-fresh` if somebody wrote in between; `proof-failed` if a copy differs. */
export async function setAside(
  store: ObjectStore,
  plan: CopyPlan,
  options: Omit<CopyOptions, "clock">,
): Promise<SetAsideOutcome> {
  const before = await probeSetAside(store, plan);
  requireNoConflict(plan, before);
  const wanted = new Set(before.toMove);
  const order = itemsOf(plan)
    .filter((item) => wanted.has(item))
    .reverse();
  let done = before.aside;
  await inParallel(order, options.inFlight ?? IN_FLIGHT, async (item) => {
    options.signal?.throwIfAborted();
    await moveItem(store, plan, { item, beforeEffect: options.beforeEffect ?? (async () => undefined) });
    done += 1;
    options.progress?.(done, before.total);
  });
  const after = await probeSetAside(store, plan);
  requireNoConflict(plan, after);
  if (after.toMove.length > 0) throw notMoved(plan, `${counted(after.toMove.length, "object")} still there`);
  return { objects: plan.objects, bytes: plan.bytes, moved: order.length, alreadyAside: before.aside };
}

async function moveItem(
  store: ObjectStore,
  plan: CopyPlan,
  { item, beforeEffect }: { readonly item: CopyItem; readonly beforeEffect: () => Promise<void> },
): Promise<void> {
  const to = { bucket: plan.target.bucket, key: item.to };
  if ((await store.head(to)) === undefined) {
    await beforeEffect();
    await copyItem(store, plan, { ...item, ifAbsent: true });
  }
  const copy = await store.head(to);
  const from = { bucket: plan.source.bucket, info: item.from };
  if (copy === undefined || !(await sameContent(store, from, { bucket: to.bucket, info: copy }))) {
    throw notMoved(plan, `the copy of ${JSON.stringify(item.from.key)} is not the same`);
  }
  // Another process may have gone on meanwhile: only the object that the plan saw is deleted, never a new one with its
  // name.
  const live = await store.head({ bucket: plan.source.bucket, key: item.from.key });
  if (live === undefined) return;
  if (!unchanged(item.from, live)) throw notMoved(plan, `${JSON.stringify(item.from.key)} was written again`);
  await beforeEffect();
  await store.remove({ bucket: plan.source.bucket, key: item.from.key });
}

type Reader = Pick<ObjectStore, "list">;

function unchanged(planned: ObjectInfo, now: ObjectInfo): boolean {
  return planned.size === now.size && planned.etag === now.etag;
}

function requireNoConflict(plan: CopyPlan, state: SetAsideState): void {
  const [first] = state.conflicts;
  if (first === undefined) return;
  throw refuse("target-not-fresh", `the archive changed while it was moved aside: ${first}`)
    .at(formatLocation(plan.source))
    .advise("Check that the container is stopped and nothing else writes there, then look at these objects.");
}

function notMoved(plan: CopyPlan, why: string): RecoverError {
  return giveUp("proof-failed", `moving the archive aside is not proved: ${why}`)
    .at(formatLocation(plan.source))
    .advise("Run the same step again: it moves what is left.");
}
