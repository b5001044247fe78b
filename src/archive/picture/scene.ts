/** The scene of an archive's picture, taken out of a verdict: rows of runs, marks and joints, in segment numbers. */
import { parseLsn, segmentNumberAt } from "../names/lsn.ts";
import { parseSegment, type Segment } from "../names/segment.ts";
import { holesIn, joined, type Span } from "../names/spans.ts";
import type { ArchiveVerdict } from "../judgement/verdict.ts";

/** The part of a verdict that is drawn. */
export type Drawn = Pick<
  ArchiveVerdict,
  "baseBackups" | "timelines" | "gaps" | "recoveryPoint" | "chosenBase" | "verdict" | "segmentBytes"
>;

export interface Row {
  readonly timeline: number;
  readonly runs: readonly Run[];
  readonly gaps: readonly Span[];
  readonly bases: readonly BaseMark[];
  /** Where its parent was left. */
  readonly joint: { readonly parent: number; readonly number: number } | undefined;
}

interface Run extends Span {
  /** A restore from the chosen base backup replays it. */
  readonly reached: boolean;
}

interface BaseMark {
  readonly name: string;
  readonly number: number;
  readonly usable: boolean;
  readonly chosen: boolean;
}

export interface Scene {
  readonly rows: readonly Row[];
  /** Timelines that there is no room for. */
  readonly left: number;
  readonly axis: Axis;
  /** `behind`: the number of the first segment that is not replayed. */
  readonly point: { readonly timeline: number; readonly behind: number; readonly time: string } | undefined;
}

/** An archive with more timelines is told by the newest ones. */
const MOST_ROWS = 12;

export function sceneOf(verdict: Drawn): Scene {
  const { recoveryPoint } = verdict;
  const drawn = verdict.timelines.slice(-MOST_ROWS);
  const reached = reachOf(verdict);
  const rows = drawn.map((timeline) => rowOf(timeline, { verdict, reached }));
  const spans = rows.flatMap(({ runs, bases }) => [
    ...runs,
    ...bases.map(({ number }) => ({ first: number, last: number })),
  ]);
  const last = recoveryPoint === null ? undefined : parseSegment(recoveryPoint.segment, verdict.segmentBytes);
  return {
    rows,
    left: verdict.timelines.length - rows.length,
    axis: new Axis(spans),
    point:
      recoveryPoint === null || last === undefined
        ? undefined
        : { timeline: last.timeline, behind: last.number + 1, time: recoveryPoint.time },
  };
}

/** By timeline: the WAL that a restore replays. */
function reachOf({
  baseBackups,
  chosenBase,
  recoveryPoint,
  timelines,
  segmentBytes,
}: Drawn): ReadonlyMap<number, Span> {
  const base = baseBackups.find(({ name }) => name === chosenBase);
  const way = base?.window?.timelines ?? [];
  const start = base === undefined ? undefined : startOf(base.name, segmentBytes)?.number;
  const end = recoveryPoint === null ? undefined : parseSegment(recoveryPoint.segment, segmentBytes)?.number;
  if (start === undefined || end === undefined) return new Map();
  const begin = (index: number): number => {
    const own = timelines.find(({ timeline }) => timeline === way[index]);
    return (index === 0 ? undefined : jointOf(own?.parent, segmentBytes)?.number) ?? start;
  };
  return new Map(
    way.map((timeline, index) => [
      timeline,
      { first: begin(index), last: index + 1 < way.length ? begin(index + 1) - 1 : end },
    ]),
  );
}

type Parent = ArchiveVerdict["timelines"][number]["parent"];

function jointOf(
  parent: Parent | undefined,
  bytes: number,
): { readonly parent: number; readonly number: number } | undefined {
  const lsn = parent === null || parent === undefined ? undefined : parseLsn(parent.lsn);
  if (lsn === undefined || parent === null || parent === undefined) return undefined;
  return { parent: parent.timeline, number: segmentNumberAt(lsn, bytes) };
}

interface Surroundings {
  readonly verdict: Drawn;
  readonly reached: ReadonlyMap<number, Span>;
}

function rowOf(own: Drawn["timelines"][number], { verdict, reached }: Surroundings): Row {
  const { timeline } = own;
  const reach = reached.get(timeline);
  const runs = own.runs.flatMap((run) => spanOf(run, verdict.segmentBytes));
  return {
    timeline,
    runs: runs.flatMap((run) => divided(run, reach)),
    gaps: verdict.gaps.filter((gap) => gap.timeline === timeline).flatMap((gap) => spanOf(gap, verdict.segmentBytes)),
    joint: jointOf(own.parent, verdict.segmentBytes),
    bases: verdict.baseBackups.flatMap(({ name, usable }) => {
      const start = startOf(name, verdict.segmentBytes);
      if (start?.timeline !== timeline) return [];
      return [{ name, number: start.number, usable, chosen: name === verdict.chosenBase }];
    }),
  };
}

function divided(run: Span, reach: Span | undefined): readonly Run[] {
  if (reach === undefined) return [{ ...run, reached: false }];
  const first = Math.max(run.first, reach.first);
  const last = Math.min(run.last, reach.last);
  if (first > last) return [{ ...run, reached: false }];
  const rest = holesIn([{ first, last }], run.first, run.last).map((span) => ({ ...span, reached: false }));
  return [...rest, { first, last, reached: true }].sort((a, b) => a.first - b.first);
}

/** WAL-E and WAL-G begin the name of a base backup alike. */
const startOf = (name: string, bytes: number): Segment | undefined => parseSegment(name.slice(5, 29), bytes);

function spanOf({ first, last }: { readonly first: string; readonly last: string }, bytes: number): readonly Span[] {
  const [from, to] = [parseSegment(first, bytes)?.number, parseSegment(last, bytes)?.number];
  return from === undefined || to === undefined ? [] : [{ first: from, last: to }];
}

const WIDEST_HOLE = 1 / 8;

interface Stretch extends Span {
  /** In segments as they are drawn. */
  readonly from: number;
  readonly drawn: number;
}

export class Axis {
  readonly #stretches: readonly Stretch[];
  readonly #total: number;

  /** `spans`: the numbers to be seen, of all timelines. */
  constructor(spans: readonly Span[]) {
    const seen = joined([...spans].sort((a, b) => a.first - b.first));
    const present = seen.reduce((sum, { first, last }) => sum + last - first + 1, 0);
    const widest = Math.max(1, present * WIDEST_HOLE);
    const stretches: Stretch[] = [];
    let from = 0;
    seen.forEach(({ first, last }, index) => {
      const next = seen[index + 1]?.first;
      stretches.push({ first, last, from, drawn: last - first + 1 });
      from += last - first + 1;
      if (next === undefined) return;
      const drawn = Math.min(next - last - 1, widest);
      stretches.push({ first: last + 1, last: next - 1, from, drawn });
      from += drawn;
    });
    this.#stretches = stretches;
    this.#total = Math.max(from, 1);
  }

  /** From 0 to 1: where the segment begins; for the number behind the last one, 1. */
  at(number: number): number {
    const stretch = this.#stretches.findLast(({ first }) => first <= number);
    if (stretch === undefined) return 0;
    const { first, last, from, drawn } = stretch;
    const share = Math.min(1, (number - first) / (last - first + 1));
    return Math.min(1, (from + share * drawn) / this.#total);
  }
}
