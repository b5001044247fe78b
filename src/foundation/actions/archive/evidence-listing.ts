/** Listings kept as evidence and found again by their hash. */
import { z } from "zod";
import type { Context, EvidenceRef } from "../../../action.ts";
import { type Baseline, compareListings, formatListing, parseListing } from "../../../archive/copy/baseline.ts";
import type { ArchiveLocation } from "../../../archive/names/location.ts";
import type { ObjectInfo, Rows } from "../../../ports/object-store.ts";

export const evidenceRef = z.object({ name: z.string(), sha256: z.string(), bytes: z.number() });

export async function keepListing(
  context: Context,
  at: { name: string; location: ArchiveLocation; objects: Rows<ObjectInfo> },
): Promise<EvidenceRef> {
  return await context.keep(at.name, formatListing({ location: at.location, objects: at.objects }));
}

export async function recallListing(context: Context, ref: EvidenceRef): Promise<Baseline> {
  return parseListing(await context.recall(ref));
}

/** Whether the source is as its kept listing says. If it goes on, objects that were added since are no change. */
export async function sinceBaseline(
  context: Context,
  baseline: EvidenceRef,
  goesOn: boolean,
): Promise<{ readonly holds: boolean; readonly objects: number; readonly evidence: string }> {
  const { location, objects: before } = await recallListing(context, baseline);
  const now = await context.ports.store.reader().list(location.bucket, `${location.prefix}/`);
  const { same, added, removed, changed } = compareListings(before, now);
  return {
    holds: same || (goesOn && removed.length + changed.length === 0),
    objects: now.length,
    evidence: same
      ? `${now.length} objects, as they were`
      : `${added.length} objects new, ${removed.length} gone, ${changed.length} changed`,
  };
}

/** Where a wal-e archive of an instance is written, as steps hand it on. */
export const locationText = z.string().regex(/^s3:\/\//);
