/** What a restore will fetch: one base backup, the WAL behind it along one course, and every history. */
import { RecoverError } from "../../errors.js";
import type { ObjectInfo } from "../../ports/object-store.js";
import { type BaseBackup, majorVersion } from "../judgement/base-backup.js";
import type { Course } from "../judgement/course.js";
import { timelineAt } from "../judgement/history.js";
import type { Option } from "../judgement/option.js";
import { type Study, studyOf } from "../judgement/study.js";
import { pickFor, windowOf } from "../judgement/window.js";
import { lostOnTheWay } from "../judgement/lost.js";
import { formatLocation, type ArchiveLocation } from "../names/location.js";
import { plainKind } from "../names/layout.js";
import { packingOfKey, type Packing } from "../names/packing.js";
import { type Segment, segmentName } from "../names/segment.js";
import type { ArchiveEntry, ArchiveFacts } from "../reading/facts.js";
import type { Reader } from "../reading/reader.js";

/** One object, and the name that PostgreSQL or tar knows it by. */
export interface PackedFile {
  readonly name: string;
  readonly info: ObjectInfo;
  readonly packing: Packing;
}

export interface PlannedSegment extends PackedFile {
  readonly segment: Segment;
}

export interface RestorePlan {
  readonly location: ArchiveLocation;
  readonly base: string;
  readonly writer: Reader;
  readonly start: Segment;
  /** `9.6`; undefined where the archive does not say. */
  readonly major: string | undefined;
  /** Of all members of the tar files. WAL-G tells it less exactly. */
  readonly expandedBytes: number;
  readonly tars: readonly PackedFile[];
  readonly segments: readonly PlannedSegment[];
  /** How many of the segments the base needs to become consistent. */
  readonly neededSegments: number;
  readonly histories: readonly PackedFile[];
  /** What stands as `recovery_target_timeline`: always a number, so that no branch is taken by its being the newest. */
  readonly timeline: number;
  /** Those that the course goes along, oldest first. */
  readonly timelines: readonly number[];
  /** Segments that no restore from this base reaches: absent, and behind them. */
  readonly lost: { readonly missing: number; readonly unreachable: number };
  readonly systemId: string | undefined;
  readonly targetTime: string | undefined;
}

export interface PlanTerms {
  readonly targetTime?: Date | undefined;
}

/** Errors: `nothing-found` for an empty archive, `not-restorable` where no base backup can be used, or none for the time. */
export function planRestore(facts: ArchiveFacts, { targetTime }: PlanTerms = {}): RestorePlan {
  if (facts.entries.length === 0) throw nothingThere(facts.location);
  const study = studyOf(facts, { restorer: "person" });
  const option = targetTime === undefined ? newest(study) : forTime(study, targetTime);
  const { course, base } = option;
  const segments = segmentsAlong(study, course);
  const lost = lostOnTheWay(course);
  const count = (runs: readonly { readonly first: number; readonly last: number }[]): number =>
    runs.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  return {
    location: facts.location,
    base: base.name,
    writer: base.writer,
    start: base.start,
    major: base.version === undefined ? undefined : majorVersion(base.version),
    expandedBytes: option.completion?.expandedBytes ?? 0,
    tars: tarsOf(study, base),
    segments,
    neededSegments: (option.completion?.stop.number ?? base.start.number) - base.start.number + 1,
    histories: historiesIn(study),
    timeline: course.stretches.at(-1)?.timeline ?? base.start.timeline,
    timelines: course.stretches.map(({ timeline }) => timeline),
    lost: { missing: count(lost.missing), unreachable: count(lost.unreachable) },
    systemId: study.known.systemId,
    targetTime: targetTime?.toISOString(),
  };
}

interface Usable extends Option {
  readonly course: Course;
}

const isDelta = ({ base: { sentinel } }: Option): boolean =>
  sentinel?.ok === true && sentinel.sentinel.walg?.delta !== undefined;

function newest(study: Study): Usable {
  const { chosen } = study;
  if (chosen?.course !== undefined && !isDelta(chosen)) return { ...chosen, course: chosen.course };
  const other = study.options.findLast((option) => option.course !== undefined && !isDelta(option));
  if (other?.course !== undefined) return { ...other, course: other.course };
  const reasons = study.options.map(
    ({ base, unusable }) => `${base.name}: ${unusable ?? "it holds only what changed since another"}`,
  );
  const text = reasons.length === 0 ? "there is no base backup" : `no base backup can be used; ${reasons.join("; ")}`;
  throw notRestorable(
    study.seen.location,
    text,
    `See dingo-recover archive verify ${formatLocation(study.seen.location)}.`,
  );
}

function forTime(study: Study, time: Date): Usable {
  const usable = study.options.filter((option) => !isDelta(option));
  const windows = usable.flatMap((option) => {
    const window = windowOf(option, study.times);
    return window === undefined ? [] : [{ ...window, name: option.base.name }];
  });
  const pick = pickFor(time, windows);
  const option = usable.find(({ base }) => base.name === pick.base);
  if (option?.course !== undefined) return { ...option, course: option.course };
  const spans = windows.map(({ name, from, to }) => `${name} from ${from.time ?? "an unknown time"} to ${to.time}`);
  const remedy =
    spans.length === 0
      ? "Leave out --target-time to see why."
      : `Give a time that a base backup reaches: ${spans.join("; ")}.`;
  throw notRestorable(study.seen.location, `nothing can be restored to ${pick.time}: ${pick.why}`, remedy);
}

function tarsOf(study: Study, base: BaseBackup): readonly PackedFile[] {
  return study.seen.entries.flatMap((entry) => {
    const kind = plainKind(entry.kind);
    const isTar = (kind.kind === "part" || kind.kind === "named-tar") && kind.base.name === base.name;
    return isTar ? [packedFile(study, entry, entry.relative.slice(entry.relative.lastIndexOf("/") + 1))] : [];
  });
}

/** From the base's first segment to the last one before a gap. */
function segmentsAlong(study: Study, course: Course): readonly PlannedSegment[] {
  const { last, start } = course;
  const wanted = new Map<string, Segment>();
  for (let number = start.number; last !== undefined && number <= last.number; number += 1) {
    const segment = { timeline: timelineAt(course.stretches, number), number };
    wanted.set(segmentName(segment), segment);
  }
  const found = new Map<string, PlannedSegment>();
  for (const entry of study.seen.entries) {
    if (entry.kind.kind !== "segment" || study.damage.has(entry.relative)) continue;
    const name = segmentName(entry.kind.segment);
    if (wanted.has(name)) found.set(name, { ...packedFile(study, entry, name), segment: entry.kind.segment });
  }
  return [...wanted.keys()].flatMap((name) => found.get(name) ?? []);
}

/** All of them: a new timeline is numbered by those that are there (wal-archives.md §5). */
function historiesIn(study: Study): readonly PackedFile[] {
  return study.seen.entries.flatMap((entry) => {
    if (entry.kind.kind !== "timeline-history") return [];
    const timeline = entry.kind.timeline.toString(16).toUpperCase().padStart(8, "0");
    return [packedFile(study, entry, `${timeline}.history`)];
  });
}

function packedFile({ seen }: Study, { relative, info }: ArchiveEntry, name: string): PackedFile {
  const packing = packingOfKey(relative);
  if (packing !== undefined) return { name, info, packing };
  throw notRestorable(seen.location, `"${relative}" is packed in a way that is not known`, "Unpack it by hand.");
}

function nothingThere(location: ArchiveLocation): RecoverError {
  return new RecoverError("nothing-found", "there is no object below the source", {
    remedy: "Check the prefix: an archive of Dingo is s3://BUCKET/backups/<GUID>/wal.",
    place: formatLocation(location),
    effect: "none",
  });
}

function notRestorable(location: ArchiveLocation, message: string, remedy: string): RecoverError {
  return new RecoverError("not-restorable", message, { remedy, place: formatLocation(location), effect: "none" });
}
