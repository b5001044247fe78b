/** The way of a restore from a base backup: its timelines, its end, and the segments on it that are absent. */
import type { Completion } from "./base-backup.ts";
import { hasNumber, type Stretch, timelineAt, walAlong, type Way, wayOnOwn, wayTo, wayToLatest } from "./history.ts";
import type { Histories } from "../reading/histories.ts";
import { type ReplayStart, replayFrom } from "./replay.ts";
import { type Segment, segmentName } from "../names/segment.ts";
import { holesIn, type Span } from "../names/spans.ts";
import type { TimelineWal } from "./wal.ts";

/**
 * The value of `recovery_target_timeline`. "current" is the base backup's timeline: up to PostgreSQL 11 the setting is
 * left out.
 */
export type TargetTimeline = "latest" | "current" | number;

export interface Course {
  readonly target: TargetTimeline;
  /** Why PostgreSQL would refuse this target, or go another way without a word; undefined if it goes as told here. */
  readonly refused: string | undefined;
  /** The timelines that PostgreSQL follows, oldest first. */
  readonly stretches: readonly Stretch[];
  readonly start: Segment;
  readonly needed: { readonly first: string; readonly last: string };
  /** Of the WAL without which the base does not become consistent. */
  readonly lacking: readonly Span[];
  readonly missing: readonly Span[];
  readonly unreachable: readonly Span[];
  readonly last: Segment | undefined;
  /** Where in the last one the records end; undefined if they go to its end, as far as it was read. */
  readonly endsAt: bigint | undefined;
  /** Why, a clause; undefined if the rest of the last record is in no segment here. */
  readonly endsWhy: string | undefined;
  readonly segmentsToReplay: number;
}

export interface ArchivedWal {
  readonly wal: readonly TimelineWal[];
  readonly histories: Histories;
}

export interface Asked {
  readonly start: ReplayStart;
  readonly completion: Completion;
  /** The only one that counts. */
  readonly timeline: TargetTimeline | undefined;
}

/**
 * The course with `latest` first, then those with each timeline by its number. None if the backup begins and ends on
 * different timelines, or ends before it begins: that is no backup.
 */
export function coursesOf({ start, completion, timeline }: Asked, archive: ArchivedWal): readonly Course[] {
  const { stop, stopLsn } = completion;
  if (stop.timeline !== start.timeline || stop.number < start.number) return [];
  const base = { timeline: start.timeline, start: start.number, startLsn: start.lsn, stop: stop.number, stopLsn };
  const along = (target: TargetTimeline, way: Way): Course =>
    courseAlong({ start, stop, stopLsn, target, way }, archive);
  if (typeof timeline === "number") return [along(timeline, wayTo(timeline, base, archive.histories))];
  if (timeline === "latest") return [along("latest", wayToLatest(base, archive))];
  if (timeline === "current") return [along("current", wayOnOwn(base))];
  const targets = [start.timeline, ...[...archive.histories.keys()].filter((timeline) => timeline > start.timeline)];
  const named = [...new Set(targets)].flatMap((timeline) => {
    const way = wayTo(timeline, base, archive.histories);
    return way.known ? [along(timeline, way)] : [];
  });
  // PostgreSQL asks for no history of the timeline that the base backup itself names.
  if (!hasNumber(start.timeline, archive.histories)) named.unshift(along("current", wayOnOwn(base)));
  return [along("latest", wayToLatest(base, archive)), ...named];
}

interface Leg {
  readonly start: ReplayStart;
  readonly stop: Segment;
  readonly stopLsn: bigint | undefined;
  readonly target: TargetTimeline;
  readonly way: Way;
}

function courseAlong({ start, stop, stopLsn, target, way }: Leg, { wal }: ArchivedWal): Course {
  const stretches = way.known ? way.stretches : [{ timeline: start.timeline, from: 0 }];
  const along = walAlong(stretches, wal);
  const replay = replayFrom(start, stop, along);
  const last = replay.last === undefined ? undefined : on(stretches, replay.last.number);
  const endsAt = replay.end?.at ?? replay.cutAt;
  const reach = replay.end === undefined ? (last?.number ?? start.number - 1) : undefined;
  return {
    target,
    refused: way.known ? wrongBranch(stretches, { wal, reach }) : way.why,
    stretches,
    start,
    needed: { first: segmentName(on(stretches, start.number)), last: segmentName(on(stretches, stop.number)) },
    lacking: [...holesIn(along.whole, start.number, stop.number), ...cutBefore(stop, { stopLsn, last, endsAt })],
    missing: replay.missing,
    unreachable: replay.unreachable,
    last,
    endsAt,
    endsWhy: replay.end?.why,
    segmentsToReplay: last === undefined ? 0 : last.number - start.number + 1,
  };
}

/** The segments up to the stop of which nothing is replayed, as the records end before the backup had ended. */
function cutBefore(
  stop: Segment,
  { stopLsn, last, endsAt }: Pick<Course, "last" | "endsAt"> & { readonly stopLsn: bigint | undefined },
): readonly Span[] {
  if (last === undefined || endsAt === undefined || last.number > stop.number) return [];
  if (last.number < stop.number) return [{ first: last.number, last: stop.number }];
  return stopLsn === undefined || endsAt >= stopLsn ? [] : [{ first: stop.number, last: stop.number }];
}

const on = (stretches: readonly Stretch[], number: number): Segment => ({
  timeline: timelineAt(stretches, number),
  number,
});

/**
 * If the first segment of a timeline is not there and its parent's segment of that number is, PostgreSQL takes the
 * latter, and replays the old primary's writes past the switch (wal-archives.md §7a.2).
 */
function wrongBranch(
  stretches: readonly Stretch[],
  { wal, reach }: { readonly wal: readonly TimelineWal[]; readonly reach: number | undefined },
): string | undefined {
  if (reach === undefined) return undefined;
  const joint = stretches.findIndex(({ from }, index) => index > 0 && from === reach + 1);
  const child = stretches.findLast(({ from }) => from === reach + 1);
  if (joint < 0 || child === undefined) return undefined;
  const parent = stretches
    .slice(0, stretches.indexOf(child))
    .findLast(({ timeline }) => holds(wal, timeline, child.from));
  if (parent === undefined) return undefined;
  const [lost, instead] = [child, parent].map(({ timeline }) => segmentName({ timeline, number: child.from }));
  return `${lost ?? ""} is missing, and PostgreSQL would take ${instead ?? ""} of another branch for it`;
}

function holds(wal: readonly TimelineWal[], timeline: number, number: number): boolean {
  const listed = wal.find((each) => each.timeline === timeline)?.listed ?? [];
  return listed.some(({ first, last }) => first <= number && number <= last);
}

/** A base backup becomes consistent on this course, and PostgreSQL takes it. */
export const holdsGood = (course: Course): boolean => course.refused === undefined && course.lacking.length === 0;
