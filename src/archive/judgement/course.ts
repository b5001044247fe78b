/** How a restore from a base backup would go: along which timelines, how far, and what of that is not there. */
import { type ArchiveEntry, type ArchiveFacts } from "../reading/facts.js";
import { parseHistory, type Stretch, type Switch, timelineAt, walAlong, wayFrom } from "./history.js";
import { problem, type Problem } from "./problem.js";
import { replayFrom } from "./replay.js";
import { type Segment, segmentName } from "../names/segment.js";
import { holesIn, type Span } from "../names/spans.js";
import { extent, type TimelineWal } from "./wal.js";

export interface Course {
  /** The timelines that PostgreSQL follows, oldest first. */
  readonly stretches: readonly Stretch[];
  readonly needed: { readonly first: string; readonly last: string };
  readonly missing: readonly Span[];
  readonly unreachable: readonly Span[];
  readonly last: Segment | undefined;
  readonly segmentsToReplay: number;
  readonly problems: readonly Problem[];
}

interface Archive {
  readonly facts: ArchiveFacts;
  readonly wal: readonly TimelineWal[];
}

/** Undefined where the backup begins and ends on different timelines: that is no backup. */
export function courseOf(start: Segment, stop: Segment, archive: Archive): Course | undefined {
  if (stop.timeline !== start.timeline) return undefined;
  const way = wayFrom({ timeline: start.timeline, stop: stop.number }, historiesOf(archive.facts));
  const stretches = way.known ? way.stretches : [{ timeline: start.timeline, from: 0 }];
  const replay = replayFrom(start, stop, walAlong(stretches, archive.wal));
  const last = replay.last === undefined ? undefined : on(stretches, replay.last.number);
  return {
    missing: replay.missing,
    unreachable: replay.unreachable,
    last,
    stretches,
    needed: { first: segmentName(start), last: segmentName(on(stretches, stop.number)) },
    segmentsToReplay: last === undefined ? 0 : last.number - start.number + 1,
    problems: [
      ...(way.known ? followed(stretches) : [problem("several-timelines", "", way.why)]),
      ...leftBehind(stretches, archive),
      ...brokenOff(stretches, archive.wal),
      ...archive.facts.entries.flatMap((entry) => partial(entry, stretches)),
    ],
  };
}

const on = (stretches: readonly Stretch[], number: number): Segment => ({
  timeline: timelineAt(stretches, number),
  number,
});

function historiesOf({ entries, texts }: ArchiveFacts): ReadonlyMap<number, readonly Switch[] | undefined> {
  return new Map(
    entries.flatMap(({ kind, relative }) => {
      if (kind.kind !== "timeline-history") return [];
      return [[kind.timeline, parseHistory(texts.get(relative) ?? "")] as const];
    }),
  );
}

function followed(stretches: readonly Stretch[]): readonly Problem[] {
  if (stretches.length < 2) return [];
  const steps = stretches.slice(1).map(({ timeline, from }) => segmentName({ timeline, number: from }));
  return [
    problem("timelines-followed", "", `the restore follows the timelines of the history: on from ${steps.join(", ")}`),
  ];
}

/** WAL of a newer timeline without its history: the restore would never look at it. */
function leftBehind(stretches: readonly Stretch[], { wal, facts }: Archive): readonly Problem[] {
  const newest = stretches.at(-1)?.timeline ?? 0;
  const bases = facts.entries.flatMap(({ kind }) => (kind.kind === "sentinel" ? [kind.base.start.timeline] : []));
  const hidden = [...wal.map(({ timeline }) => timeline), ...bases].filter((timeline) => timeline > newest);
  if (hidden.length === 0) return [];
  const list = [...new Set(hidden)].sort((a, b) => a - b).join(", ");
  return [
    problem(
      "several-timelines",
      "",
      `there is WAL of timeline ${list}, and no history that leads to it from ${newest}`,
    ),
  ];
}

/**
 * A timeline that goes on behind a hole just where its child begins: not a failover, but a promotion over a gap, which hides
 * what lies behind (real-parts.md §3.3). A server that went on by itself leaves no hole there.
 */
function brokenOff(stretches: readonly Stretch[], wal: readonly TimelineWal[]): readonly Problem[] {
  return stretches.slice(1).flatMap(({ from }, index) => {
    const left = wal.find(({ timeline }) => timeline === stretches[index]?.timeline);
    const last = left === undefined ? 0 : extent(left).last;
    if (left === undefined || last < from || holesIn(left.whole, from, last).length === 0) return [];
    const beyond = segmentName({ timeline: left.timeline, number: last });
    const text = `timeline ${left.timeline} goes on to ${beyond}, behind a gap where its child begins: a promotion over a gap`;
    return [problem("several-timelines", "", text)];
  });
}

/** The end of a timeline that was left is no loss: its child begins with a copy of it. */
function partial({ kind, relative }: ArchiveEntry, stretches: readonly Stretch[]): readonly Problem[] {
  if (kind.kind !== "partial-segment" || kind.segment.timeline < (stretches.at(-1)?.timeline ?? 0)) return [];
  const text = "a partial segment: a server was promoted, its new timeline is not here";
  return [problem("partial-segment", relative, text)];
}
