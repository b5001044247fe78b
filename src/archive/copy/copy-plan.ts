/**
 * The plan of a copy: each object, its new place, and the order. Pure; made once, kept as evidence, and the same for
 * every later attempt.
 *
 * The order is safe at every moment: payload first, then the objects that make it known, sentinels last in ascending
 * age, because WAL-E's LATEST goes by their dates and copying makes new ones (wal-archives.md §0.2, §4).
 */
import { refuse } from "../../errors.ts";
import type { ObjectInfo, Rows } from "../../ports/object-store.ts";
import { compareAge, type Completed } from "../judgement/choose.ts";
import { sortEntries, type ArchiveEntry } from "../reading/facts.ts";
import {
  formatLocation,
  keyIn,
  parseLocation,
  relativeKey,
  requireApart,
  requireInstanceArchive,
  type ArchiveLocation,
} from "../names/location.ts";
import { counted } from "../../kit/text/counted.ts";
import { isUncertainPath } from "../../kit/text/key-path.ts";
import { printable, quoted } from "../../kit/text/printable.ts";

export interface CopyItem {
  readonly from: ObjectInfo;
  readonly to: string;
}

export interface CopyPlan {
  readonly source: ArchiveLocation;
  readonly target: ArchiveLocation;
  /** Copied side by side, phase after phase. */
  readonly phases: readonly (readonly CopyItem[])[];
  /** Copied one by one, oldest first, never two with the same date. */
  readonly sentinels: readonly CopyItem[];
  readonly objects: number;
  readonly bytes: number;
}

/** Throws `source-protected` if the two overlap, or a key could be read as another one in the target. */
export function planCopy(source: ArchiveLocation, target: ArchiveLocation, objects: Rows<ObjectInfo>): CopyPlan {
  requireApart(source, target);
  refuseUncertain(source, objects);
  const entries = sortEntries(source, objects);
  const items = (wanted: (entry: ArchiveEntry) => boolean): readonly CopyItem[] =>
    entries.filter(wanted).map(({ info, relative }) => ({ from: info, to: keyIn(target, relative) }));
  const late = new Set(["timeline-history", "sysid", "sentinel"]);
  const sentinels = items(({ kind }) => kind.kind === "sentinel");
  return {
    source,
    target,
    phases: [
      items(({ kind }) => !late.has(kind.kind)),
      items(({ kind }) => kind.kind === "timeline-history"),
      items(({ kind }) => kind.kind === "sysid"),
    ],
    sentinels: [...sentinels].sort((a, b) => compareAge(completed(a), completed(b))),
    objects: objects.length,
    bytes: objects.reduce((sum, object) => sum + object.size, 0),
  };
}

/** The store's own guard refuses such a key too: here it is said before the first copy. */
function refuseUncertain(source: ArchiveLocation, objects: Rows<ObjectInfo>): void {
  const found = objects.find(({ key }) => {
    const relative = relativeKey(source, key);
    // The "folder" of the prefix itself.
    return relative !== "" && isUncertainPath(relative ?? key);
  });
  if (found === undefined) return;
  const place = `s3://${source.bucket}/${found.key}`;
  throw refuse("source-protected", `the key ${quoted(found.key)} can be read as another one in a copy`)
    .at(printable(place))
    .advise(
      'No restore reads a key with an empty, "." or ".." part. Find out who wrote it; without it the archive can be copied.',
    );
}

/** Every item, in the order of copying. */
export function itemsOf(plan: CopyPlan): readonly CopyItem[] {
  return [...plan.phases.flat(), ...plan.sentinels];
}

/**
 * Where a run moves an instance's archive aside: beside `wal/`, never inside any. `name` tells several moves of one
 * run apart. Throws `input-invalid` for a run or name that is not one plain path part.
 */
export function asideLocation(target: ArchiveLocation, run: string, name = "replaced"): ArchiveLocation {
  const guid = requireInstanceArchive(target);
  return parseLocation(`s3://${target.bucket}/backups/${guid}/dingo-recover/${plainPart(run)}/${plainPart(name)}`);
}

/** Throws `input-invalid` for anything but letters, digits, `_`, `-` and `.`, or for the name `wal`. */
function plainPart(text: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(text) && text !== "wal") return text;
  throw refuse("input-invalid", "the name of a place to move things to is not one plain path part").advise(
    'Use letters, digits, "_", "-" and "." only.',
  );
}

function completed({ from }: CopyItem): Completed {
  return { name: from.key, completedAt: from.lastModified };
}

/** For messages: where from and where to. */
export function planTitle(plan: CopyPlan): string {
  return `${counted(plan.objects, "object")} from ${formatLocation(plan.source)} to ${formatLocation(plan.target)}`;
}
