/**
 * The list of objects that a restore will fetch: one base backup, the WAL behind it along one course, and every
 * history.
 */
import { quote } from "../../kit/commands/shell-quote.ts";
import { type RecoverError, refuse } from "../../errors.ts";
import type { ObjectInfo } from "../../ports/object-store.ts";
import { majorOf } from "../../kit/sql/major-release.ts";
import type { BaseBackup } from "../judgement/base-backup.ts";
import type { Course } from "../judgement/course.ts";
import { hasNumber, historyName, timelineAt } from "../judgement/history.ts";
import { deltaFrom } from "../judgement/completeness.ts";
import { elsewhere } from "../judgement/elsewhere.ts";
import { strangeRelease } from "../judgement/identity.ts";
import { listsOf } from "../reading/listed-files.ts";
import { bestOption, type Option } from "../judgement/option.ts";
import { type Study, studyOf } from "../judgement/study.ts";
import { pickFor, type RecoveryWindow, windowsOf } from "../judgement/window.ts";
import { courseProblems } from "../judgement/course-problems.ts";
import type { Loss } from "../judgement/loss.ts";
import { lossIn } from "../judgement/lost.ts";
import { lostFrom } from "../judgement/lost-from.ts";
import type { Problem, ProblemCode } from "../judgement/problem.ts";
import { formatLocation, type ArchiveLocation } from "../names/location.ts";
import { plainKind } from "../names/layout.ts";
import { packingOfKey, type Packing } from "../names/packing.ts";
import { type Segment, segmentName } from "../names/segment.ts";
import type { ArchiveEntry, ArchiveFacts } from "../reading/facts.ts";
import type { Reader } from "../reading/reader.ts";

/** One object, and the name that PostgreSQL or tar knows it by. */
export interface PackedFile {
  readonly name: string;
  readonly info: ObjectInfo;
  readonly packing: Packing;
}

export interface PlannedSegment extends PackedFile {
  readonly segment: Segment;
  /** All that lie here under its name in several packings, itself among them. */
  readonly copies: readonly PackedFile[];
}

export interface RestorePlan {
  readonly location: ArchiveLocation;
  readonly base: string;
  readonly writer: Reader;
  readonly start: Segment;
  /** Where the replay begins, and where the base becomes consistent; undefined if the archive does not say. */
  readonly startLsn: bigint | undefined;
  readonly stopLsn: bigint | undefined;
  /** `9.6`; undefined if the archive does not say. */
  readonly major: string | undefined;
  /** Of all members of the tar files. WAL-G tells it less exactly. */
  readonly expandedBytes: number;
  /** The most bytes that the tar files can hold together; undefined when no reliable file tells it. */
  readonly mostBytes: number | undefined;
  readonly tars: readonly PackedFile[];
  /** Objects that list the files in them. */
  readonly lists: readonly ObjectInfo[];
  readonly segments: readonly PlannedSegment[];
  /** How many of the segments the base needs to become consistent. */
  readonly neededSegments: number;
  readonly histories: readonly PackedFile[];
  /** Where the course ends. */
  readonly timeline: number;
  /**
   * The value of `recovery_target_timeline`. Never `latest`, so that no branch is taken because it is the newest. The
   * base backup's own timeline is `current` when PostgreSQL would refuse its number.
   */
  readonly target: number | "current";
  /** Those that the course goes along, oldest first. */
  readonly timelines: readonly number[];
  /** Segments that this restore does not bring back, as `archive verify` counts them. */
  readonly lost: Loss;
  /** The problems that `archive verify` finds there. */
  readonly findings: readonly Problem[];
  readonly systemId: string | undefined;
  readonly targetTime: string | undefined;
}

export interface PlanTerms {
  readonly targetTime?: Date | undefined;
  /** The name of the one to begin from; by default that which brings back the most. */
  readonly base?: string | undefined;
  /** Names of those that turned out damaged while they were read. */
  readonly without?: ReadonlySet<string>;
}

/**
 * Errors: `nothing-found` for an empty archive, `archive-elsewhere` if the prefix is a part too short or too long,
 * `not-restorable` if no base backup can be used, or none for the time.
 */
export function planRestore(facts: ArchiveFacts, terms: PlanTerms = {}): RestorePlan {
  if (facts.entries.length === 0) throw nothingThere(facts.location);
  refuseElsewhere(facts);
  const { targetTime } = terms;
  const study = studyOf(facts, { restorer: "person", takesAnyCopy: true });
  requireKnownRelease(study);
  const clusters = candidates(study, terms);
  const option = targetTime === undefined ? newest(study, clusters) : forTime(study, clusters, targetTime);
  const { course, base } = option;
  const segments = segmentsAlong(study, option);
  const timeline = course.stretches.at(-1)?.timeline ?? base.start.timeline;
  const target = hasNumber(timeline, study.histories) ? timeline : "current";
  const lost = lostFrom(study, { option, course });
  return {
    location: facts.location,
    base: base.name,
    writer: base.writer,
    start: base.start,
    startLsn: base.startLsn,
    stopLsn: option.completion?.stopLsn,
    major: base.version === undefined ? undefined : majorOf(base.version),
    expandedBytes: option.completion?.expandedBytes ?? 0,
    mostBytes: mostBytesOf(option),
    tars: tarsOf(study, base),
    lists: listsOf(study.seen, base.name),
    segments,
    neededSegments: (option.completion?.stop.number ?? base.start.number) - base.start.number + 1,
    histories: historiesIn(study, target === "current" ? timeline : undefined),
    timeline,
    target,
    timelines: course.stretches.map(({ timeline }) => timeline),
    lost: lossIn(lost),
    findings: courseProblems(study.seen, { ...study, chosen: option, course, lost }).filter(({ code }) =>
      TOLD.has(code),
    ),
    systemId: option.cluster.systemId,
    targetTime: targetTime?.toISOString(),
  };
}

/** Its formats are not known here, so that nothing that is read of it is told for sure. */
function requireKnownRelease({ seen, chosen }: Study): void {
  const strange = chosen === undefined ? undefined : strangeRelease(chosen.base);
  if (strange === undefined) return;
  throw refuse("answer-malformed", strange)
    .at(formatLocation(seen.location))
    .advise("Restore with the program that wrote it.");
}

const TOLD: ReadonlySet<string> = new Set<ProblemCode>([
  "target-timeline",
  "wal-aside",
  "wal-gap",
  "history-missing",
  "partial-segment",
  "segment-twice",
]);

interface Usable extends Option {
  readonly course: Course;
}

/** By cluster, the wanted one first. */
function candidates(study: Study, { base: named, without }: PlanTerms): readonly (readonly Option[])[] {
  if (named !== undefined && !study.options.some(({ base }) => base.name === named)) {
    const names = study.options.map(({ base }) => base.name).join(", ");
    const remedy = `Name one of those that are there: ${names === "" ? "none is" : names}.`;
    throw notRestorable(study.seen.location, `there is no base backup "${named}"`, remedy);
  }
  return study.clusters.map((options) =>
    options.filter(({ base }) => (named === undefined || base.name === named) && without?.has(base.name) !== true),
  );
}

/**
 * WAL-G measures the directory while it is written to, and its uncompressed size may be that of one tar file
 * (wal-g#701).
 */
function mostBytesOf({ base, completion }: Option): number | undefined {
  if (base.writer === "wal-e") return completion?.expandedBytes || undefined;
  const directory = completion?.walg?.directoryBytes;
  return directory === undefined ? undefined : 2 * directory + 2 ** 30;
}

const isUsable = (option: Option): option is Usable =>
  option.course !== undefined && deltaFrom(option.base) === undefined;

function newest(study: Study, clusters: readonly (readonly Option[])[]): Usable {
  const best = clusters.flatMap((options) => bestOption(options.filter(isUsable)) ?? [])[0];
  if (best !== undefined && isUsable(best)) return best;
  const reasons = clusters
    .flat()
    .map(({ base, unusable }) => `${base.name}: ${unusable ?? "it holds only what changed since another"}`);
  const text = reasons.length === 0 ? "there is no base backup" : `no base backup can be used; ${reasons.join("; ")}`;
  throw notRestorable(
    study.seen.location,
    text,
    `See dingo-recover archive verify ${quote([formatLocation(study.seen.location)])}.`,
  );
}

function forTime(study: Study, clusters: readonly (readonly Option[])[], time: Date): Usable {
  const windows = clusters.map((options) => windowsOf(options.filter(isUsable), study.times));
  const picks = windows.map((each) => pickFor(time, each));
  const pick = picks.find(({ base }) => base !== null) ?? picks[0] ?? pickFor(time, []);
  const option = study.options.find(({ base }) => base.name === pick.base);
  if (option !== undefined && isUsable(option)) return option;
  const spans = windows.flat().map(spanText);
  const remedy =
    spans.length === 0
      ? "Leave out --target-time to see why."
      : `Give a time that a base backup reaches: ${spans.join("; ")}.`;
  throw notRestorable(study.seen.location, `nothing can be restored to ${pick.time}: ${pick.why}`, remedy);
}

const spanText = ({ name, from, to }: RecoveryWindow & { readonly name: string }): string =>
  `${name} from ${from.time ?? "an unknown time"} to ${to.time}`;

function tarsOf(study: Study, base: BaseBackup): readonly PackedFile[] {
  return study.seen.entries.flatMap((entry) => {
    const kind = plainKind(entry.kind);
    const isTar = (kind.kind === "part" || kind.kind === "named-tar") && kind.base.name === base.name;
    return isTar ? [packedFile(study, entry, entry.relative.slice(entry.relative.lastIndexOf("/") + 1))] : [];
  });
}

/** From the base's first segment to the last one before a gap. */
function segmentsAlong(study: Study, { course, damage }: Usable): readonly PlannedSegment[] {
  const { last, start } = course;
  const wanted = new Map<string, Segment>();
  for (let number = start.number; last !== undefined && number <= last.number; number += 1) {
    const segment = { timeline: timelineAt(course.stretches, number), number };
    wanted.set(segmentName(segment), segment);
  }
  const found = new Map<string, PlannedSegment>();
  for (const entry of study.seen.entries) {
    if (entry.kind.kind !== "segment" || damage.has(entry.relative)) continue;
    const name = segmentName(entry.kind.segment);
    if (!wanted.has(name)) continue;
    const file = packedFile(study, entry, name);
    const copies = [...(found.get(name)?.copies ?? []), file];
    found.set(name, { ...file, copies, segment: entry.kind.segment });
  }
  return [...wanted.keys()].flatMap((name) => found.get(name) ?? []);
}

/** All of them, as a new timeline is numbered by those that are there (wal-archives.md §5), but for one that cannot be read. */
function historiesIn(study: Study, without: number | undefined): readonly PackedFile[] {
  const found = new Map<string, PackedFile>();
  for (const entry of study.seen.entries) {
    if (entry.kind.kind !== "timeline-history" || entry.kind.timeline === without) continue;
    const name = historyName(entry.kind.timeline);
    // WAL-G may have sent one again in another packing.
    if (!found.has(name)) found.set(name, packedFile(study, entry, name));
  }
  return [...found.values()];
}

function packedFile({ seen }: Study, { relative, info }: ArchiveEntry, name: string): PackedFile {
  const packing = packingOfKey(relative);
  if (packing !== undefined) return { name, info, packing };
  throw notRestorable(seen.location, `"${relative}" is packed in a way that is not known`, "Unpack it by hand.");
}

function nothingThere(location: ArchiveLocation): RecoverError {
  return refuse("nothing-found", "there is no object below the source")
    .at(formatLocation(location))
    .advise("Check the prefix: an archive of Dingo is s3://BUCKET/backups/<GUID>/wal.");
}

/** As `archive verify` says it, and with its exit code: nothing is known of an archive that was not looked at. */
function refuseElsewhere(facts: ArchiveFacts): void {
  const [found] = elsewhere(facts);
  if (found === undefined) return;
  throw refuse("archive-elsewhere", found.message)
    .at(formatLocation(facts.location))
    .advise("Run the same command with the prefix of the archive.");
}

function notRestorable(location: ArchiveLocation, message: string, remedy: string): RecoverError {
  return refuse("not-restorable", message).at(formatLocation(location)).advise(remedy);
}
