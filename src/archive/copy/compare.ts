/** Compares a copy with its source: keys, sizes and content, by ETag if that proves something. */
import type { ObjectInfo, ObjectReader, Rows } from "../../ports/object-store.ts";
import { itemsOf, type CopyPlan } from "./copy-plan.ts";
import { listArchive } from "../reading/listing.ts";
import { inParallel } from "../../kit/in-parallel.ts";
import { sameContent } from "./same-content.ts";

const IN_FLIGHT = 16;

export interface CopyState {
  readonly total: number;
  /** Keys of the target whose content is as the plan wants. */
  readonly equal: ReadonlySet<string>;
  readonly missing: number;
  /** Keys in the target that the plan does not know, or with another content or size. */
  readonly foreign: readonly string[];
  /** The target's objects by key. */
  readonly target: ReadonlyMap<string, ObjectInfo>;
}

/** Keys in the target that the plan does not know, by a listing alone. */
export async function strangersIn(reader: ObjectReader, plan: CopyPlan): Promise<readonly string[]> {
  const wanted = new Set(itemsOf(plan).map((item) => item.to));
  const listed = await listArchive(reader, plan.target);
  return listed.filter(({ key }) => !wanted.has(key)).map(({ key }) => key);
}

/** How much of a plan is in the target already. Reads only; lists the target unless that was done a moment ago. */
export async function probeCopy(reader: ObjectReader, plan: CopyPlan, before?: Rows<ObjectInfo>): Promise<CopyState> {
  const listed = before ?? (await listArchive(reader, plan.target));
  const target = new Map(listed.map((object) => [object.key, object]));
  const items = itemsOf(plan);
  const wanted = new Set(items.map((item) => item.to));
  const equal = new Set<string>();
  const foreign = listed.filter(({ key }) => !wanted.has(key)).map(({ key }) => key);
  await inParallel(items, IN_FLIGHT, async (item) => {
    const there = target.get(item.to);
    if (there === undefined) return;
    const from = { bucket: plan.source.bucket, info: item.from };
    if (await sameContent(reader, from, { bucket: plan.target.bucket, info: there })) equal.add(item.to);
    else foreign.push(item.to);
  });
  const missing = items.filter((item) => !target.has(item.to)).length;
  return { total: items.length, equal, missing, foreign, target };
}
