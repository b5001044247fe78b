/** The core of `archive copy`: a verified copy inside the object store; the source is only read (law 1). */
import { compareListings } from "../archive/copy/baseline.js";
import { probeCopy } from "../archive/copy/compare.js";
import { copyArchive, refuseForeign } from "../archive/copy/copy.js";
import { planCopy, type CopyPlan } from "../archive/copy/copy-plan.js";
import { formatLocation, parseLocation, requireApart } from "../archive/names/location.js";
import { listArchive } from "../archive/reading/listing.js";
import { EXIT, RecoverError } from "../errors.js";
import type { Clock } from "../ports/clock.js";
import type { ArchiveStore, ObjectInfo } from "../ports/object-store.js";
import { counted } from "../counted.js";

export interface ArchiveCopyOptions {
  readonly store: ArchiveStore;
  readonly clock: Clock;
  /** s3://BUCKET/PREFIX, both. */
  readonly source: string;
  readonly destination: string;
  /** Asked once, before the first copy; anything but true stops. Default: go on. */
  readonly approve?: (intent: ArchiveCopyIntent) => Promise<boolean>;
  readonly progress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface ArchiveCopyIntent {
  readonly source: string;
  readonly destination: string;
  readonly objects: number;
  readonly bytes: number;
  readonly alreadyThere: number;
}

export interface ArchiveCopyDocument extends ArchiveCopyIntent {
  readonly schema: "dingo-recover/archive-copy@1";
  readonly copied: number;
}

export interface ArchiveCopyResult {
  readonly document: ArchiveCopyDocument;
  readonly exitCode: number;
  readonly lines: readonly string[];
}

/**
 * Can be run again after a break. Errors: `source-protected` where the two overlap, `nothing-found` for an empty
 * source, `target-not-fresh` where the destination holds anything else, `object-changed` where somebody writes to the
 * source, and those of the store.
 */
export async function archiveCopy(options: ArchiveCopyOptions): Promise<ArchiveCopyResult> {
  const source = parseLocation(options.source);
  const target = parseLocation(options.destination);
  requireApart(source, target);
  const store = options.store.writer(source);
  const before = await listArchive(store, source);
  if (before.length === 0) throw nothingThere(formatLocation(source));
  const plan = planCopy(source, target, before);
  const there = await probeCopy(store, plan);
  refuseForeign(plan, there);
  await requireApproval(options, intentOf(plan, there.equal.size));
  const { clock, progress, signal } = options;
  const outcome = await copyArchive(store, plan, {
    clock,
    ...(progress === undefined ? {} : { progress }),
    ...(signal === undefined ? {} : { signal }),
  });
  requireUnchanged(plan, before, await listArchive(store, source));
  const document = {
    schema: "dingo-recover/archive-copy@1",
    ...intentOf(plan, outcome.alreadyThere),
    copied: outcome.copied,
  } as const;
  return { document, exitCode: EXIT.done, lines: copyLines(document) };
}

function intentOf(plan: CopyPlan, alreadyThere: number): ArchiveCopyIntent {
  const { objects, bytes } = plan;
  return {
    source: formatLocation(plan.source),
    destination: formatLocation(plan.target),
    objects,
    bytes,
    alreadyThere,
  };
}

async function requireApproval(options: ArchiveCopyOptions, intent: ArchiveCopyIntent): Promise<void> {
  if (options.approve === undefined || (await options.approve(intent))) return;
  throw new RecoverError("stopped-by-operator", "the copy was not approved; nothing was copied", {
    remedy: "Run the same command again and approve it, or give --yes.",
    effect: "none",
  });
}

function requireUnchanged(plan: CopyPlan, before: readonly ObjectInfo[], after: readonly ObjectInfo[]): void {
  const { same, added, removed, changed } = compareListings(before, after);
  if (same) return;
  const text = `${added.length} objects were added, ${removed.length} removed and ${changed.length} changed`;
  throw new RecoverError("object-changed", `the source changed while it was copied: ${text}`, {
    remedy: "Find out who writes there, stop it, and copy again to an empty destination.",
    place: formatLocation(plan.source),
  });
}

function nothingThere(place: string): RecoverError {
  return new RecoverError("nothing-found", "there is no object below the source", {
    remedy: "Check the prefix: an archive of Dingo is s3://BUCKET/backups/<GUID>/wal.",
    place,
    effect: "none",
  });
}

function copyLines(document: ArchiveCopyDocument): readonly string[] {
  return [
    `${document.source} copied to ${document.destination}`,
    `${counted(document.objects, "object")}, ${document.bytes} bytes: ${document.copied} copied, ${document.alreadyThere} were there`,
    "every object compared equal; the source is unchanged",
  ];
}
