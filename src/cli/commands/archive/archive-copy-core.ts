/** The core of `archive copy`: a verified copy inside the object store; the source is only read (law 1). */
import { compareListings } from "../../../archive/copy/baseline.ts";
import { probeCopy } from "../../../archive/copy/compare.ts";
import { copyArchive, refuseForeign } from "../../../archive/copy/copy.ts";
import { itemsOf, planCopy, type CopyPlan } from "../../../archive/copy/copy-plan.ts";
import { keepManifest, manifestOf } from "../../../archive/copy/manifest.ts";
import { refuseSameBucket } from "../../../archive/copy/same-place.ts";
import { isColdClass } from "../../../archive/reading/cold.ts";
import { formatLocation, parseLocation, requireApart } from "../../../archive/names/location.ts";
import { listArchive } from "../../../archive/reading/listing.ts";
import { EXIT, giveUp, type RecoverError, refuse } from "../../../errors.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { ArchiveStore, ObjectInfo, Rows } from "../../../ports/object-store.ts";
import type { SharedPlace } from "../../../ports/shared-place.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { counted } from "../../../kit/text/counted.ts";
import { ofCommand } from "../../../kit/text/remedy.ts";

export interface ArchiveCopyOptions {
  readonly store: ArchiveStore;
  readonly clock: Clock;
  /** s3://BUCKET/PREFIX, both. */
  readonly source: string;
  readonly destination: string;
  /** Asked once, before the first copy; anything but true stops. Default: go on. */
  readonly approve?: (intent: ArchiveCopyIntent) => Promise<boolean>;
  readonly progress?: (done: number, total: number) => void;
  /** Opens the folder beside the destination for the manifest. Without it none is kept. */
  readonly shared?: (at: { readonly bucket: string; readonly prefix: string }) => SharedPlace;
  readonly signal?: AbortSignal;
  /** Milliseconds without one copy that ends well, in which lost ones are looked for and sent again. Default: the first ends it. */
  readonly patienceMs?: number;
  /** Told of the first lost copy, and of the first one after others ended well. */
  readonly lost?: (error: RecoverError) => void;
}

export interface ArchiveCopyIntent {
  readonly source: string;
  readonly destination: string;
  readonly objects: number;
  readonly bytes: number;
  readonly alreadyThere: number;
  /** Objects by storage class that cannot be copied before somebody has them restored. */
  readonly cold: Readonly<Record<string, number>>;
}

export interface ArchiveCopyDocument extends ArchiveCopyIntent {
  readonly schema: "dingo-recover/archive-copy@1";
  readonly copied: number;
  /** Of the copied objects those whose copy had lost its answer: found there, or sent again. */
  readonly lost: number;
  /** Where the original times of all objects are kept; null if there is no such place. */
  readonly manifest: string | null;
  /** Whether the store refuses to overwrite (If-None-Match); null if it did not say. */
  readonly refusesOverwrite: boolean | null;
}

export interface ArchiveCopyResult {
  readonly document: ArchiveCopyDocument;
  readonly exitCode: number;
  readonly lines: readonly string[];
}

/**
 * Can be run again after a break. Errors: those of the store, and
 * `source-protected` if the two overlap, under any name of the bucket;
 * `nothing-found` for an empty source;
 * `target-not-fresh` if the destination holds anything else;
 * `object-changed` if somebody writes to the source.
 */
export async function archiveCopy(options: ArchiveCopyOptions): Promise<ArchiveCopyResult> {
  return await copyAsAsked(options).catch((thrown: unknown) => {
    throw ofCommand(thrown);
  });
}

async function copyAsAsked(options: ArchiveCopyOptions): Promise<ArchiveCopyResult> {
  const source = parseLocation(options.source);
  const target = parseLocation(options.destination);
  requireApart(source, target);
  const store = options.store.writer({ source, into: [target] });
  const atTarget = listArchive(store, target);
  // An error of the source comes first.
  atTarget.catch(() => undefined);
  const before = await listArchive(store, source);
  if (before.length === 0)
    throw refuse("nothing-found", "there is no object below the source")
      .at(formatLocation(source))
      .advise("Check the prefix: an archive of Dingo is s3://BUCKET/backups/<GUID>/wal.");
  const plan = planCopy(source, target, before);
  await refuseSameBucket(store, plan, before);
  const manifest = manifestOf({ location: source, objects: before }, target);
  const there = await probeCopy(store, plan, await atTarget);
  refuseForeign(plan, there);
  await requireApproval(options, intentOf(plan, there.equal.size));
  const { clock, progress, signal, shared, patienceMs, lost } = options;
  const kept = shared === undefined ? null : await keepManifest(shared(manifest.folder), manifest);
  const outcome = await copyArchive(store, plan, {
    clock,
    before: there,
    asksForRefusal: true,
    meanwhile: async () => requireUnchanged(plan, before, await listArchive(store, source)),
    ...(progress === undefined ? {} : { progress }),
    ...(patienceMs === undefined ? {} : { patienceMs }),
    ...(lost === undefined ? {} : { lost }),
    ...(signal === undefined ? {} : { signal }),
  });
  const document = {
    schema: "dingo-recover/archive-copy@1",
    ...intentOf(plan, outcome.alreadyThere),
    copied: outcome.copied,
    lost: outcome.lost,
    manifest: kept,
    refusesOverwrite: outcome.refusesOverwrite ?? null,
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
    cold: coldOf(plan),
  };
}

function coldOf(plan: CopyPlan): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { from } of itemsOf(plan)) {
    if (isColdClass(from.storageClass)) counts[from.storageClass] = (counts[from.storageClass] ?? 0) + 1;
  }
  return counts;
}

/** One sentence for each storage class that must be thawed first; empty if there is none. */
export function coldLines({ cold }: Pick<ArchiveCopyIntent, "cold">): readonly string[] {
  return Object.entries(cold).map(
    ([name, count]) =>
      `${counted(count, "object")} of storage class ${name}: have them restored first, or the copy stops there`,
  );
}

async function requireApproval(options: ArchiveCopyOptions, intent: ArchiveCopyIntent): Promise<void> {
  if (options.approve === undefined || (await options.approve(intent))) return;
  throw refuse("stopped-by-operator", "the copy was not approved; nothing was copied").advise(
    "Run the same command again and approve it.",
  );
}

function requireUnchanged(plan: CopyPlan, before: Rows<ObjectInfo>, after: Rows<ObjectInfo>): void {
  const { same, added, removed, changed } = compareListings(before, after);
  if (same) return;
  const text = `${added.length} objects were added, ${removed.length} removed and ${changed.length} changed`;
  throw giveUp("object-changed", `the source changed while it was copied: ${text}`)
    .at(formatLocation(plan.source))
    .advise("Find out who writes there, stop it, and copy again to an empty destination.");
}

function copyLines(document: ArchiveCopyDocument): readonly string[] {
  return [
    `${document.source} copied to ${document.destination}`,
    `${counted(document.objects, "object")}, ${bytesText(document.bytes)}: ${document.copied} copied, ${document.alreadyThere} were there`,
    ...(document.lost === 0
      ? []
      : [`the answer to the copy of ${counted(document.lost, "object")} was lost: found there, or sent again`]),
    "every object compared equal; the source is unchanged",
    ...(document.manifest === null ? [] : [`the original times of all objects: ${document.manifest}`]),
    ...refusalLines(document),
  ];
}

function refusalLines({ refusesOverwrite }: ArchiveCopyDocument): readonly string[] {
  if (refusesOverwrite === null) return [];
  return [
    refusesOverwrite
      ? "the store itself refused to overwrite: each copy was sent with If-None-Match"
      : "the store ignores If-None-Match: that nothing was overwritten is known from the listing before",
  ];
}
