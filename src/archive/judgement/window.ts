/** Between which two moments a base backup can be restored to a chosen time, and which base a given time wants. */
import type { Option } from "./option.ts";
import type { Course, TargetTimeline } from "./course.ts";
import { formatLsn } from "../names/lsn.ts";
import { endLsn, segmentName } from "../names/segment.ts";
import type { Times } from "./times.ts";

export interface RecoveryPoint {
  readonly timeline: number;
  /** Last segment that replay reaches. */
  readonly segment: string;
  /** End of that segment, or of the records in it. */
  readonly lsn: string;
  /**
   * ISO 8601. The data end no later than this: when the segment was stored, or, if that was long after its last write,
   * as in a copy, the time of that write by the database's clock.
   */
  readonly time: string;
}

export interface RecoveryWindow {
  /** The value that `recovery_target_timeline` must have. */
  readonly targetTimeline: TargetTimeline;
  /** Those that the replay goes along, oldest first. */
  readonly timelines: readonly number[];
  /** The first consistent point; `time` by the database's clock, or else when the sentinel was stored, which is no earlier. */
  readonly from: { readonly lsn: string; readonly segment: string; readonly time: string | null };
  readonly to: RecoveryPoint;
  readonly segments: number;
}

/** Undefined if the base cannot be used. */
export function windowOf({ base, completion, course }: Option, times: Times): RecoveryWindow | undefined {
  if (course?.last === undefined || completion === undefined) return undefined;
  const to = recoveryPointOf(course, times);
  if (to === undefined) return undefined;
  return {
    targetTimeline: course.target,
    timelines: travelled(course),
    from: {
      lsn: completion.stopLsn === undefined ? endLsn(completion.stop) : formatLsn(completion.stopLsn),
      segment: course.needed.last,
      time: earlier(base.times.finishedAt ?? base.completedAt ?? null, to.time),
    },
    to,
    segments: course.segmentsToReplay,
  };
}

/** Two clocks tell them, or the sentinel was stored last: the point is no later than the end of the data. */
const earlier = (time: string | null, end: string): string | null =>
  time !== null && Date.parse(end) < Date.parse(time) ? end : time;

/** Those of all that can be used, with their names. */
export function windowsOf(
  options: readonly Option[],
  times: Times,
): readonly (RecoveryWindow & { readonly name: string })[] {
  return options.flatMap((option) => {
    const window = windowOf(option, times);
    return window === undefined ? [] : [{ ...window, name: option.base.name }];
  });
}

/** Undefined if the listing does not hold the segment. */
export function recoveryPointOf({ last, endsAt }: Course, times: Times): RecoveryPoint | undefined {
  const at = last === undefined ? undefined : times.of(last);
  if (last === undefined || at === undefined) return undefined;
  const lsn = endsAt === undefined ? endLsn(last) : formatLsn(endsAt);
  return { timeline: last.timeline, segment: segmentName(last), lsn, time: at.time };
}

function travelled({ stretches, last }: Course): readonly number[] {
  return stretches
    .filter(({ from }, index) => from <= (last?.number ?? 0) && stretches[index + 1]?.from !== from)
    .map(({ timeline }) => timeline);
}

/** The choice of a restore to a moment. */
export interface Pick {
  /** ISO 8601. */
  readonly time: string;
  readonly base: string | null;
  readonly targetTimeline: TargetTimeline | null;
  /** Why none, or a remark about it. */
  readonly why: string;
}

/** The newest usable base that had ended by then: a target before its end gives newer data than were asked for (wal-archives.md §5). */
export function pickFor(time: Date, windows: readonly (RecoveryWindow & { readonly name: string })[]): Pick {
  const iso = time.toISOString();
  const none = (why: string): Pick => ({ time: iso, base: null, targetTimeline: null, why });
  if (windows.length === 0) return none("no base backup can be used");
  const ended = windows.filter(({ from }) => from.time !== null && Date.parse(from.time) <= time.getTime());
  if (ended.length === 0) return none("it is before the first base backup that can be used had ended");
  const reaching = ended.filter(({ to }) => Date.parse(to.time) >= time.getTime());
  if (reaching.length === 0) return none("it is behind the recovery point: nothing in the archive reaches so far");
  const chosen = reaching.reduce((best, each) => ((each.from.time ?? "") > (best.from.time ?? "") ? each : best));
  const unless = "PostgreSQL 13 and later refuse a target behind the last commit";
  return { time: iso, base: chosen.name, targetTimeline: chosen.targetTimeline, why: unless };
}
