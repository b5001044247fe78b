/** Segments that no restore from a chosen base backup brings back, by timeline. */
import { holesIn, type Span } from "../names/spans.ts";
import type { Course } from "./course.ts";
import type { Histories } from "../reading/histories.ts";
import { timelineAt } from "./history.ts";
import { type Loss, lossOf } from "./loss.ts";
import { extent, type TimelineWal } from "./wal.ts";

export interface Run extends Span {
  readonly timeline: number;
}

export const lengthOf = (lost: readonly Run[]): number =>
  lost.reduce((sum, { first, last }) => sum + last - first + 1, 0);

/** Absent or damaged, and behind the first of these. */
export interface LostRuns {
  readonly missing: readonly Run[];
  readonly unreachable: readonly Run[];
}

export interface Lost extends LostRuns {
  /** Of WAL that lies on no course at all. */
  readonly aside: LostRuns;
}

export const NOTHING: LostRuns = { missing: [], unreachable: [] };
export const NONE_LOST: Lost = { ...NOTHING, aside: NOTHING };

export function lossIn({ missing, unreachable, aside }: Lost): Loss {
  return lossOf(lengthOf([...missing, ...aside.missing]), lengthOf([...unreachable, ...aside.unreachable]));
}

interface Around {
  readonly wal: readonly TimelineWal[];
  readonly histories: Histories;
  /** Of every base backup of the cluster that can be used. */
  readonly courses: readonly Course[];
}

/**
 * WAL that lies on no course at all: of timelines to which no history leads, and of a timeline that was left, behind a
 * gap at which its child begins (real-parts.md §3.3). An old primary's writes after a switch are no loss: a restore
 * with its timeline as the target has them.
 */
export function lostAside(course: Course, { wal, histories, courses }: Around): LostRuns {
  const found = wal.flatMap((each) => {
    const from = beginOf(course, each);
    if (from === undefined || extent(each).last < from) return [];
    const reached = courses.flatMap((way) => reachedOn(way, each.timeline)).sort((a, b) => a.first - b.first);
    const runs = (spans: readonly Span[]): readonly Run[] =>
      spans
        .flatMap(({ first, last }) => (last < from ? [] : holesIn(reached, Math.max(first, from), last)))
        .map((span) => ({ ...span, timeline: each.timeline }));
    const unreachable = runs(each.whole);
    const absent = holesIn(each.whole, firstOf(each, { from, histories }), extent(each).last);
    return [{ missing: runs(absent), unreachable }];
  });
  return {
    missing: found.flatMap(({ missing }) => missing),
    unreachable: found.flatMap(({ unreachable }) => unreachable),
  };
}

/** The beginning that its history names, or else its first listed segment. */
function firstOf(
  wal: TimelineWal,
  { from, histories }: { readonly from: number; readonly histories: Histories },
): number {
  const begins = histories.get(wal.timeline)?.at(-1)?.number ?? extent(wal).first;
  return Math.max(from, Math.min(begins, extent(wal).first));
}

/**
 * The first number of a timeline that the course may lack; undefined if the timeline is of no interest. A newer timeline
 * that begins before the base backup comes from an older one, and all of it is lost.
 */
function beginOf({ stretches, start }: Course, wal: TimelineWal): number | undefined {
  const { timeline } = wal;
  const index = stretches.findIndex((stretch) => stretch.timeline === timeline);
  const child = stretches[index + 1];
  // The segment of the switch itself lies in the child as well.
  if (index >= 0) return child === undefined ? undefined : child.from + 1;
  if (timeline <= (stretches.at(-1)?.timeline ?? 0)) return undefined;
  return extent(wal).first < start.number ? 0 : start.number;
}

function reachedOn({ stretches, start, last }: Course, timeline: number): readonly Span[] {
  const index = stretches.findIndex((stretch) => stretch.timeline === timeline);
  if (index < 0 || last === undefined) return [];
  const first = Math.max(stretches[index]?.from ?? 0, start.number);
  const end = Math.min((stretches[index + 1]?.from ?? Number.POSITIVE_INFINITY) - 1, last.number);
  return first > end ? [] : [{ first, last: end }];
}

/** Cut where the way goes from one timeline to the next. */
export function byTimeline({ stretches }: Course, spans: readonly Span[]): readonly Run[] {
  const borders = stretches.map(({ from }) => from);
  return spans.flatMap(({ first, last }) => {
    const starts = [first, ...borders.filter((border) => border > first && border <= last)];
    return [...new Set(starts)].map((start, index, all) => ({
      timeline: timelineAt(stretches, start),
      first: start,
      last: (all[index + 1] ?? last + 1) - 1,
    }));
  });
}
