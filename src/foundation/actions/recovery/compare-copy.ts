/**
 * The copy once more, by a listing: names, sizes and ETags; if these cannot be compared, the bytes of small objects, a
 * sysid above all. That the large ones are the same was shown when they were copied (DESIGN §5).
 */
import type { Context, EvidenceRef } from "../../../action.ts";
import { itemsOf, planCopy } from "../../../archive/copy/copy-plan.ts";
import { parseLocation } from "../../../archive/names/location.ts";
import { inParallel } from "../../../archive/reading/parallel.ts";
import { sameByListing, sameContent, type Stored } from "../../../archive/copy/same-content.ts";
import { refuse } from "../../../errors.ts";
import type { ObjectReader } from "../../../ports/object-store.ts";
import { recallListing } from "../archive/evidence-listing.ts";

/** Sysids, sentinels, versions and histories; never a segment or a tar part of a database with data. */
const SMALL_BYTES = 4096;
const IN_FLIGHT = 8;

/** Throws `guard-refused` if the target is not the copy of the objects in the baseline. */
export async function refuseOtherArchive(
  context: Context,
  { target, baseline }: { readonly target: string; readonly baseline: EvidenceRef },
): Promise<void> {
  const { location, objects } = await recallListing(context, baseline);
  const at = parseLocation(target);
  const reader = context.ports.store.reader();
  const there = new Map((await reader.list(at.bucket, `${at.prefix}/`)).map((object) => [object.key, object]));
  const items = itemsOf(planCopy(location, at, objects));
  let wrong = 0;
  await inParallel(items, IN_FLIGHT, async ({ from, to }) => {
    const info = there.get(to);
    const stored = { bucket: location.bucket, info: from };
    if (info === undefined || !(await isSame(reader, stored, { bucket: at.bucket, info }))) wrong += 1;
  });
  const foreign = there.size - items.filter(({ to }) => there.has(to)).length;
  if (wrong + foreign === 0) return;
  throw refuse(
    "guard-refused",
    `the copied archive is not the old one any more: ${wrong} objects missing or changed, ${foreign} foreign`,
    target,
  ).advise("Something writes there: find out what before the container is started; then resume.");
}

async function isSame(reader: ObjectReader, from: Stored, to: Stored): Promise<boolean> {
  const listed = sameByListing(from.info, to.info);
  return listed ?? (from.info.size > SMALL_BYTES || (await sameContent(reader, from, to)));
}
