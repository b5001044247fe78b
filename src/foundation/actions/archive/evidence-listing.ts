/** Listings kept as evidence and found again by their hash. */
import { z } from "zod";
import type { Context, EvidenceRef } from "../../../action.ts";
import { type Baseline, formatListing, parseListing } from "../../../archive/copy/baseline.ts";
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

/** Where a wal-e archive of an instance is written, as steps hand it on. */
export const locationText = z.string().regex(/^s3:\/\//);
