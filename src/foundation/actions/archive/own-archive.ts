/**
 * The archive of the instance that a step works on. A way back reads its target from the journal and checks it like a
 * new one: another instance's archive is never its to move.
 */
import type { Context, EvidenceRef } from "../../../action.ts";
import type { Baseline } from "../../../archive/copy/baseline.ts";
import {
  formatLocation,
  parseLocation,
  requireApart,
  requireInstanceArchive,
} from "../../../archive/names/location.ts";
import { guardRefusal, type RecoverError } from "../../../errors.ts";
import { guardTarget, isStopped, type Target } from "../docker/target-container.ts";
import { recallListing } from "./evidence-listing.ts";

const denied = guardRefusal(
  "Nothing was moved. The journal is not as this run wrote it: look at both archives by hand.",
);

type Refusal = (what: string, place: string) => RecoverError;

interface Input {
  readonly guid: string;
  readonly source: string;
  readonly target: string;
}

/** Throws `guard-refused` unless the target is the archive of exactly this instance, `source-protected` unless it is apart from the source. */
export function requireOwnArchive({ guid, source, target }: Input, refusal: Refusal = denied): void {
  const location = parseLocation(target);
  requireApart(parseLocation(source), location);
  if (requireInstanceArchive(location) !== guid) throw refusal(`"${target}" is not the archive of "${guid}"`, target);
}

/** Throws `guard-refused` if the listing that was kept is one of another place than the target. */
export async function recallOwnListing(context: Context, ref: EvidenceRef, { target }: Input): Promise<Baseline> {
  const listing = await recallListing(context, ref);
  const place = formatLocation(listing.location);
  if (place === formatLocation(parseLocation(target))) return listing;
  throw denied(`the kept listing is one of "${place}", not of "${target}"`, place);
}

/** The guard of a step in the window: the very instance, its own archive, and a container that does not write to it. */
export async function guardOwnArchive(context: Context, request: Input & Target, refusal: Refusal): Promise<void> {
  const { container } = await guardTarget(context, request);
  requireOwnArchive(request, refusal);
  if (!isStopped(container))
    throw refusal(`the container "${container.name}" runs and writes to the archive`, request.target);
}
