/**
 * Timelines as PostgreSQL follows them with `recovery_target_timeline = latest` (wal-archives.md §2): history files are
 * probed one by one from the backup's own timeline on, a hole hides everything behind it, and each segment is taken from
 * the newest timeline that had begun by then.
 */
import { joined, type Span } from "../names/spans.js";
import type { TimelineWal } from "./wal.js";

const SEGMENTS_PER_LOG = 256;
const SEGMENT_BITS = 24;

/** Where a timeline ended: `number` is the segment in which its child begins. */
export interface Switch {
  readonly timeline: number;
  readonly number: number;
}

/** The lines of a history file, oldest first; undefined where a line is none. */
export function parseHistory(text: string): readonly Switch[] | undefined {
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.trimStart().startsWith("#"));
  const switches = lines.map((line) => {
    const match = /^\s*([0-9]{1,10})\s+([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})(?:\s|$)/.exec(line);
    if (match === null) return undefined;
    const [high, low] = [match[2], match[3]].map((part) => Number.parseInt(part ?? "", 16));
    return { timeline: Number(match[1]), number: (high ?? 0) * SEGMENTS_PER_LOG + ((low ?? 0) >>> SEGMENT_BITS) };
  });
  const whole = switches.filter((each) => each !== undefined);
  const ascends = whole.every((each, index) => index === 0 || each.timeline > (whole[index - 1]?.timeline ?? 0));
  return whole.length === switches.length && whole.length > 0 && ascends ? whole : undefined;
}

/** One stretch of the way: this timeline from this segment on. */
export interface Stretch {
  readonly timeline: number;
  readonly from: number;
}

export type Way =
  | { readonly known: true; readonly stretches: readonly Stretch[] }
  | { readonly known: false; readonly why: string };

/** `histories` by timeline: undefined for a file that is there and cannot be read. */
export function wayFrom(
  base: { readonly timeline: number; readonly stop: number },
  histories: ReadonlyMap<number, readonly Switch[] | undefined>,
): Way {
  const start = base.timeline;
  let newest = start;
  while (histories.has(newest + 1)) newest += 1;
  const beyond = [...histories.keys()].filter((timeline) => timeline > newest);
  if (beyond.length > 0) {
    return unknown(`the history of timeline ${newest + 1} is missing, which hides timeline ${Math.min(...beyond)}`);
  }
  if (newest === start) return { known: true, stretches: [{ timeline: start, from: 0 }] };
  const history = histories.get(newest);
  if (history === undefined) return unknown(`the history of timeline ${newest} cannot be read`);
  const left = history.find(({ timeline }) => timeline === start);
  if (left === undefined)
    return unknown(`timeline ${newest} does not descend from ${start}, on which the backup was made`);
  if (left.number < base.stop) return unknown(`timeline ${newest} left timeline ${start} before the backup had ended`);
  return { known: true, stretches: stretchesOf(history, { start, newest }) };
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

/** The segments along the way as if they were of one timeline; what lies on a branch that was left does not count. */
export function walAlong(stretches: readonly Stretch[], wal: readonly TimelineWal[]): TimelineWal {
  const clipped = (which: "whole" | "listed"): readonly Span[] =>
    joined(
      stretches.flatMap(({ timeline, from }, index) => {
        const to = (stretches[index + 1]?.from ?? Number.POSITIVE_INFINITY) - 1;
        const spans = wal.find((each) => each.timeline === timeline)?.[which] ?? [];
        return spans.flatMap((span) => clip(span, { first: from, last: to }));
      }),
    );
  return { timeline: stretches.at(-1)?.timeline ?? 1, whole: clipped("whole"), listed: clipped("listed") };
}

function clip(span: Span, within: Span): readonly Span[] {
  const first = Math.max(span.first, within.first);
  const last = Math.min(span.last, within.last);
  return first > last ? [] : [{ first, last }];
}
