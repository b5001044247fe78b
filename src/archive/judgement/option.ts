/** Base backups with the ways that a restore from each can go, and which of them to take. */
import { counted } from "../../kit/text/counted.ts";
import { formatLsn } from "../names/lsn.ts";
import { segmentName } from "../names/segment.ts";
import { numbersIn, sizeOf } from "../names/spans.ts";
import { byAge } from "./choose.ts";
import { incompleteBecause, type Surroundings } from "./completeness.ts";
import type { BaseCluster } from "./cluster.ts";
import { type ArchivedWal, type Course, coursesOf, holdsGood, type TargetTimeline } from "./course.ts";
import { timelineAt } from "./history.ts";
import type { BaseBackup, Completion } from "./base-backup.ts";
import type { Damage } from "./damage.ts";
import type { Restorer } from "./problem.ts";
import type { TimelineWal } from "./wal.ts";

export interface Option {
  readonly base: BaseBackup;
  readonly completion: Completion | undefined;
  readonly cluster: BaseCluster;
  /** Of all objects, as a restore from this base would meet them. */
  readonly damage: Damage;
  readonly wal: readonly TimelineWal[];
  /** Its own objects are all there. */
  readonly complete: boolean;
  /** With `latest` first. */
  readonly courses: readonly Course[];
  /** The one to take; undefined if the base cannot be used. */
  readonly course: Course | undefined;
  /** Why it cannot be used; undefined if it can. */
  readonly unusable: string | undefined;
}

export interface Wanted {
  readonly restorer: Restorer;
  /** Undefined: whichever brings back the most. */
  readonly timeline: TargetTimeline | undefined;
}

export interface Setting extends Surroundings, ArchivedWal {
  readonly cluster: BaseCluster;
}

export function optionOf(base: BaseBackup, setting: Setting, { restorer, timeline }: Wanted): Option {
  const completion = base.sentinel?.ok === true ? base.sentinel.sentinel : undefined;
  const incomplete = incompleteBecause(base, setting);
  const courses =
    completion === undefined
      ? []
      : coursesOf({ start: { ...base.start, lsn: base.startLsn }, completion, timeline }, setting);
  const course = bestOf(courses.filter(holdsGood));
  const { cluster, damage, wal } = setting;
  const lacks =
    incomplete ??
    cluster.foreignStart ??
    (completion === undefined ? undefined : inconsistent({ base, completion, courses }));
  // For a container the verdict says that its one way is refused: another restorer could use the base.
  const refused = course === undefined && restorer === "person" ? courses[0]?.refused : undefined;
  const unusable = lacks ?? refused;
  return {
    ...{ base, completion, cluster, damage, wal },
    complete: incomplete === undefined,
    courses,
    course: unusable === undefined ? course : undefined,
    unusable,
  };
}

/** Why PostgreSQL would not reach a consistent state from this base; undefined if the WAL it needs is there. */
function inconsistent(
  option: Pick<Option, "base" | "courses"> & { readonly completion: Completion },
): string | undefined {
  const { base, completion, courses } = option;
  const { stop } = completion;
  if (stop.timeline !== base.start.timeline) return "it begins and ends on different timelines";
  if (stop.number < base.start.number) return "its sentinel names a stop before its start";
  // A course that PostgreSQL would refuse still tells which WAL is there.
  const course = courses.find(({ lacking }) => lacking.length === 0) ?? courses[0];
  if (course === undefined || course.lacking.length === 0) return undefined;
  if (course.endsAt !== undefined && course.last !== undefined && course.last.number <= stop.number)
    return `WAL that it needs is missing: the records of ${segmentName(course.last)} end at ${formatLsn(course.endsAt)}`;
  const names = numbersIn(course.lacking, 3).map((number) =>
    segmentName({ timeline: timelineAt(course.stretches, number), number }),
  );
  const more = sizeOf(course.lacking) - names.length;
  return `WAL that it needs is missing: ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** The parts of a usable base, in words. */
export function completeText({ base }: Option): string {
  return `${counted(base.parts.length, "tar part")} and all WAL that it needs`;
}

/** The course that goes on to the newest timeline, then the one that goes furthest; `latest` if they are the same. */
export function bestOf(courses: readonly Course[]): Course | undefined {
  return courses.reduce<Course | undefined>((best, course) => {
    if (best === undefined) return course;
    const ahead = compareReach(course, best);
    return ahead > 0 ? course : best;
  }, undefined);
}

/** Negative if the first reaches less. */
function compareReach(a: Course, b: Course): number {
  return (a.last?.timeline ?? 0) - (b.last?.timeline ?? 0) || (a.last?.number ?? -1) - (b.last?.number ?? -1);
}

/** The base that brings back the most: of those the one that leaves the least to replay. */
export function bestOption(options: readonly Option[]): Option | undefined {
  return options.reduce<Option | undefined>((best, option) => {
    if (option.course === undefined) return best;
    if (best?.course === undefined) return option;
    const ahead = compareReach(option.course, best.course) || option.base.start.number - best.base.start.number;
    return ahead > 0 || (ahead === 0 && isYounger(option, best)) ? option : best;
  }, undefined);
}

function isYounger(a: Option, b: Option): boolean {
  return byAge([a.base, b.base]).at(-1) === a.base;
}
