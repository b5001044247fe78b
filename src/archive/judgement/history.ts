/**
 * Timelines as PostgreSQL follows them (wal-archives.md §2). With `recovery_target_timeline = latest` history files are
 * probed one by one from the backup's own timeline on, and a hole hides everything behind it; with a number, only that
 * timeline's history is read. Each segment is taken from the newest timeline of the history that had begun by then.
 */
import { formatLsn } from "../names/lsn.ts";
import { joined, type Span } from "../names/spans.ts";
import type { Histories, Switch } from "../reading/histories.ts";
import type { TimelineWal } from "./wal.ts";

/** One stretch of the way: this timeline from this segment on. */
export interface Stretch {
  readonly timeline: number;
  readonly from: number;
}

export type Way =
  | { readonly known: true; readonly stretches: readonly Stretch[] }
  | { readonly known: false; readonly why: string };

interface Archived {
  readonly histories: Histories;
  readonly wal: readonly TimelineWal[];
}

/** Where a base backup lies: its timeline, and the position at which it is consistent. */
export interface Origin {
  readonly timeline: number;
  readonly start: number;
  /** Undefined if only the segment is known. */
  readonly startLsn: bigint | undefined;
  readonly stop: number;
  /** Undefined if only the segment is known: then a switch in that segment is taken to be before it. */
  readonly stopLsn: bigint | undefined;
}

/**
 * With `recovery_target_timeline = latest`, PostgreSQL counts up to the first history that is missing. A history behind
 * that hole hides nothing if its timeline does not descend from the base backup's and has no WAL here.
 */
export function wayToLatest(base: Origin, { histories, wal }: Archived): Way {
  let newest = base.timeline;
  while (histories.has(newest + 1)) newest += 1;
  const beyond = [...histories.keys()].filter((timeline) => timeline > newest);
  const descends = (timeline: number): boolean =>
    histories.get(timeline)?.some((left) => left.timeline >= base.timeline && left.timeline <= newest) === true;
  if (beyond.some(descends) || (beyond.length > 0 && wal.some(({ timeline }) => timeline > newest))) {
    return unknown(`the history of timeline ${newest + 1} is missing, which hides timeline ${Math.min(...beyond)}`);
  }
  if (newest > base.timeline) return wayTo(newest, base, histories);
  const unborn = beforeItsTimeline(base, histories.get(newest));
  return unborn === undefined ? wayOnOwn(base) : unknown(unborn);
}

/** With `recovery_target_timeline = current`. */
export function wayOnOwn({ timeline }: Origin): Way {
  return { known: true, stretches: [{ timeline, from: 0 }] };
}

/** PostgreSQL takes the number of a timeline only if its history is there; the first has none. */
export function hasNumber(timeline: number, histories: Histories): boolean {
  return timeline === 1 || histories.get(timeline) !== undefined;
}

/** As PostgreSQL names it. */
export function historyName(timeline: number): string {
  return `${timeline.toString(16).toUpperCase().padStart(8, "0")}.history`;
}

/** With the number of a timeline as `recovery_target_timeline`. */
export function wayTo(target: number, base: Origin, histories: Histories): Way {
  const start = base.timeline;
  const unborn = beforeItsTimeline(base, histories.get(target));
  if (target === start && unborn !== undefined) return unknown(unborn);
  if (target === start && hasNumber(start, histories)) return wayOnOwn(base);
  if (target === start)
    return unknown(
      `${historyName(start)} is missing, so PostgreSQL refuses ${start} as its target timeline; 'current' means the same and works`,
    );
  if (target < start) return unknown(`timeline ${target} is older than ${start}, on which the backup was made`);
  const history = histories.get(target);
  if (history === undefined) return unknown(`the history of timeline ${target} cannot be read`);
  const left = history.find(({ timeline }) => timeline === start);
  if (left === undefined)
    return unknown(`timeline ${target} does not descend from ${start}, on which the backup was made`);
  if (unborn !== undefined) return unknown(unborn);
  // The switch came before the end of the base backup. So its files hold changes that the new timeline never had.
  if (base.stopLsn === undefined ? left.number <= base.stop : left.lsn < base.stopLsn)
    return unknown(`timeline ${target} left timeline ${start} at ${formatLsn(left.lsn)}, before the backup had ended`);
  return { known: true, stretches: stretchesOf(history, { start, newest: target }) };
}

/** PostgreSQL takes a base backup only on the timeline that the history has at its start. */
function beforeItsTimeline(
  { timeline, start, startLsn }: Origin,
  history: readonly Switch[] | undefined,
): string | undefined {
  const begins = history?.findLast((left) => left.timeline < timeline);
  if (begins === undefined) return undefined;
  const isBefore = startLsn === undefined ? start < begins.number : startLsn < begins.lsn;
  if (!isBefore) return undefined;
  return `its timeline ${timeline} began at ${formatLsn(begins.lsn)}, as the history says, and the backup starts before`;
}

const unknown = (why: string): Way => ({ known: false, why });

function stretchesOf(
  history: readonly Switch[],
  { start, newest }: { readonly start: number; readonly newest: number },
): readonly Stretch[] {
  const own = history.filter(({ timeline }) => timeline >= start);
  const children = own.map(({ number }, index) => ({ timeline: own[index + 1]?.timeline ?? newest, from: number }));
  return [{ timeline: start, from: 0 }, ...children];
}

/** The newest timeline that had begun by a segment. */
export function timelineAt(stretches: readonly Stretch[], number: number): number {
  const found = stretches.findLast(({ from }) => from <= number) ?? stretches[0];
  return found?.timeline ?? 1;
}

/** The segments along the way as if they were of one timeline; segments on a branch that was left do not count. */
export function walAlong(stretches: readonly Stretch[], wal: readonly TimelineWal[]): TimelineWal {
  const clipped = (which: "whole" | "listed"): readonly Span[] =>
    joined(
      stretches.flatMap(({ timeline, from }, index) => {
        const to = (stretches[index + 1]?.from ?? Number.POSITIVE_INFINITY) - 1;
        const spans = wal.find((each) => each.timeline === timeline)?.[which] ?? [];
        return spans.flatMap((span) => clip(span, { first: from, last: to }));
      }),
    );
  const ends = wal.flatMap((each) =>
    [...each.ends].filter(([number]) => timelineAt(stretches, number) === each.timeline),
  );
  const timeline = stretches.at(-1)?.timeline ?? 1;
  return { timeline, whole: clipped("whole"), listed: clipped("listed"), ends: new Map(ends) };
}

function clip(span: Span, within: Span): readonly Span[] {
  const first = Math.max(span.first, within.first);
  const last = Math.min(span.last, within.last);
  return first > last ? [] : [{ first, last }];
}
