/** Segments that no restore from a chosen base backup brings back, by timeline. */
import { holesIn, type Span } from "../names/spans.js";
import type { Course } from "./course.js";
import { timelineAt } from "./history.js";
import type { TimelineWal } from "./wal.js";

export interface Run extends Span {
  readonly timeline: number;
}

export const lengthOf = (lost: readonly Run[]): number =>
  lost.reduce((sum, { first, last }) => sum + last - first + 1, 0);

/** On the course's own way: absent or damaged, and behind the first of these. */
export function lostOnTheWay(course: Course): {
  readonly missing: readonly Run[];
  readonly unreachable: readonly Run[];
} {
  return { missing: byTimeline(course, course.missing), unreachable: byTimeline(course, course.unreachable) };
}

/**
 * WAL that lies on no course at all: of timelines to which no history leads, and of a timeline that was left, behind a gap
 * at which its child begins (real-parts.md §3.3). What an old primary wrote on its own after a switch can be had with its
 * own timeline as the target, and is no loss.
 */
export function lostAside(course: Course, wal: readonly TimelineWal[], courses: readonly Course[]): readonly Run[] {
  return wal.flatMap(({ timeline, listed }) => {
    const from = beginOf(course, timeline);
    if (from === undefined) return [];
    const reached = courses.flatMap((each) => reachedOn(each, timeline)).sort((a, b) => a.first - b.first);
    return listed
      .flatMap(({ first, last }) => (last < from ? [] : holesIn(reached, Math.max(first, from), last)))
      .map((span) => ({ ...span, timeline }));
  });
}

/** From which number on a timeline may hold what the course does not; undefined where it is of no interest. */
function beginOf({ stretches, start }: Course, timeline: number): number | undefined {
  const index = stretches.findIndex((stretch) => stretch.timeline === timeline);
  const child = stretches[index + 1];
  // The segment of the switch itself lies in the child as well.
  if (index >= 0) return child === undefined ? undefined : child.from + 1;
  return timeline > (stretches.at(-1)?.timeline ?? 0) ? start.number : undefined;
}

function reachedOn({ stretches, start, last }: Course, timeline: number): readonly Span[] {
  const index = stretches.findIndex((stretch) => stretch.timeline === timeline);
  if (index < 0 || last === undefined) return [];
  const first = Math.max(stretches[index]?.from ?? 0, start.number);
  const end = Math.min((stretches[index + 1]?.from ?? Number.POSITIVE_INFINITY) - 1, last.number);
  return first > end ? [] : [{ first, last: end }];
}

/** Cut where the way goes from one timeline to the next. */
function byTimeline({ stretches }: Course, spans: readonly Span[]): readonly Run[] {
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
