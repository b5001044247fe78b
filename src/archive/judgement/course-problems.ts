/** Problems of the way that a restore goes: its timelines, its gaps, the WAL beside it. */
import { counted } from "../../kit/text/counted.ts";
import { firstByte, formatLsn } from "../names/lsn.ts";
import { nextSegment, segmentLsn, segmentName } from "../names/segment.ts";
import { holesIn } from "../names/spans.ts";
import type { ArchiveEntry, ArchiveFacts } from "../reading/facts.ts";
import { storedAt } from "../../kit/rows/packed-objects.ts";
import type { Course } from "./course.ts";
import type { Histories } from "../reading/histories.ts";
import { hasNumber, historyName, type Stretch, timelineAt } from "./history.ts";
import { lengthOf, lossIn, type Lost, type LostRuns, type Run } from "./lost.ts";
import type { Option } from "./option.ts";
import type { Reader } from "../reading/reader.ts";
import { problem, type Problem, type Restorer } from "./problem.ts";
import { LONGEST_LIST } from "./verdict.ts";
import { extent, type TimelineWal } from "./wal.ts";

/** Segments that were stored again so long after later ones are no matter of clocks. */
const DISORDER_MS = 60 * 60 * 1000;

interface CourseTerms {
  readonly chosen: Option;
  readonly course: Course;
  readonly wal: readonly TimelineWal[];
  readonly histories: Histories;
  readonly lost: Lost;
  readonly restorer: Restorer;
  readonly reader: Reader;
}

export function courseProblems(facts: ArchiveFacts, terms: CourseTerms): readonly Problem[] {
  const { course, lost } = terms;
  const { missing, unreachable } = lossIn(lost);
  const long = missing > LONGEST_LIST || unreachable > LONGEST_LIST;
  return [
    ...(terms.restorer === "container" ? latestOnly(terms) : targets(terms)),
    ...missingHistories(terms),
    ...facts.entries.flatMap((entry) => partial(entry, terms)),
    ...(lost.missing.length + lost.unreachable.length === 0 ? [] : [earlyEnd(course, lost) ?? gap(lost)]),
    ...(long ? [problem("list-shortened", "", `only the first ${LONGEST_LIST} lost segments are listed`)] : []),
    ...twice(facts, terms.chosen),
    ...disorder(facts, course),
  ];
}

const nameOf = ({ timeline, first }: Run): string => segmentName({ timeline, number: first });

function gap({ missing, unreachable }: Lost): Problem {
  const first = missing[0] ?? unreachable[0];
  const beyond = counted(lengthOf(unreachable), "segment");
  const text = `this segment is missing; ${beyond} after it cannot be reached`;
  return problem("wal-gap", first === undefined ? "" : nameOf(first), text);
}

/** PostgreSQL ends the recovery there without a word, and starts. */
function earlyEnd({ last, endsAt, endsWhy: why }: Course, { missing, unreachable }: Lost): Problem | undefined {
  if (last === undefined || endsAt === undefined || why === undefined) return undefined;
  const absent = missing.length === 0 ? "" : `, ${lengthOf(missing)} are missing`;
  const place = endsAt === firstByte(nextSegment(last)) ? "its end" : "inside it";
  const text = `its records end at ${formatLsn(endsAt)}, ${place}: ${why}; ${counted(lengthOf(unreachable), "segment")} after it cannot be reached${absent}`;
  return problem("wal-gap", segmentName(last), text);
}

/** As far as the replay comes. */
function followed({ stretches: all, last }: Course): readonly Problem[] {
  const stretches = all.filter(({ from }) => last === undefined || from <= last.number);
  if (stretches.length < 2) return [];
  const steps = stretches.slice(1).map(({ timeline, from }) => segmentName({ timeline, number: from }));
  return [
    problem("timelines-followed", "", `the restore follows the timelines of the history: on from ${steps.join(", ")}`),
  ];
}

/** For who can name a timeline: which, and why `latest` will not do. */
function targets({ chosen, course, lost }: CourseTerms): readonly Problem[] {
  const latest = chosen.courses[0];
  const why = latest?.refused;
  const asTold =
    why === undefined || course.target === "latest"
      ? []
      : [problem("target-timeline", "", `recovery_target_timeline must be '${course.target}', not latest: ${why}`)];
  return [...followed(course), ...asTold, ...beside(lost.aside)];
}

function beside({ missing, unreachable }: LostRuns): readonly Problem[] {
  const first = unreachable[0] ?? missing[0];
  if (first === undefined) return [];
  const timelines = [...new Set([...missing, ...unreachable].map(({ timeline }) => timeline))].join(", ");
  const gone =
    missing[0] === undefined
      ? ""
      : `; ${counted(lengthOf(missing), "segment")} of it missing, from ${nameOf(missing[0])}`;
  const text = `${counted(lengthOf(unreachable), "segment")} of timeline ${timelines} cannot be reached from any base backup here${gone}`;
  return [problem("wal-aside", nameOf(first), text)];
}

/** For who always goes to the latest timeline. */
function latestOnly({ course, wal }: CourseTerms): readonly Problem[] {
  const { refused, stretches } = course;
  const isBranch = refused?.includes("of another branch") === true;
  return [
    ...(refused === undefined
      ? followed(course)
      : [problem(isBranch ? "wrong-branch" : "several-timelines", "", refused)]),
    ...leftBehind(stretches, wal),
    ...brokenOff(stretches, wal),
  ];
}

/** WAL of a newer timeline without its history: the restore would never look at it. */
function leftBehind(stretches: readonly Stretch[], wal: readonly TimelineWal[]): readonly Problem[] {
  const newest = stretches.at(-1)?.timeline ?? 0;
  const hidden = wal.map(({ timeline }) => timeline).filter((timeline) => timeline > newest);
  if (hidden.length === 0) return [];
  const text = `there is WAL of timeline ${hidden.join(", ")}, and no history that leads to it from ${newest}`;
  return [problem("several-timelines", "", text)];
}

/**
 * A timeline that goes on behind a hole just where its child begins: not a failover, but a promotion over a gap, which
 * hides the WAL behind it (real-parts.md §3.3). A server that went on by itself leaves no hole there.
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
function partial(entry: ArchiveEntry, { course, histories }: CourseTerms): readonly Problem[] {
  const { kind } = entry;
  if (kind.kind !== "partial-segment") return [];
  const { timeline, number } = kind.segment;
  const { stretches, start } = course;
  if (timeline < (stretches.at(-1)?.timeline ?? 0) || number < start.number) return [];
  const lines = [...histories.values()].flatMap((history) => history ?? []);
  if (lines.some((left) => left.timeline === timeline && left.number === number)) return [];
  const text = "a partial segment: a server was promoted, its new timeline is not here; no restore asks for it";
  return [problem("partial-segment", entry.relative, text)];
}

/** Those that lie here in two packings, of which one is damaged. */
function twice({ entries }: ArchiveFacts, { damage }: Option): readonly Problem[] {
  const spoilt = new Map(
    entries.flatMap(({ relative, kind }) =>
      kind.kind === "segment" && damage.has(relative) ? [[segmentName(kind.segment), relative] as const] : [],
    ),
  );
  if (spoilt.size === 0) return [];
  return entries.flatMap(({ relative, kind }) => {
    const other = kind.kind === "segment" && !damage.has(relative) ? spoilt.get(segmentName(kind.segment)) : undefined;
    const text = `archive restore takes it, and not the damaged "${other ?? ""}", which WAL-G may take, and end there`;
    return other === undefined ? [] : [problem("segment-twice", relative, text)];
  });
}

/** A segment stored again long after later ones: a second writer, or a copy in pieces. */
function disorder(facts: ArchiveFacts, { stretches }: Course): readonly Problem[] {
  let [newest, at]: [ArchiveEntry | undefined, number] = [undefined, 0];
  // In key order, along a course that goes upwards in timelines and in numbers.
  for (const entry of facts.entries) {
    const { kind, info } = entry;
    if (kind.kind !== "segment" || kind.segment.timeline !== timelineAt(stretches, kind.segment.number)) continue;
    const time = storedAt(info);
    if (newest !== undefined && time < at - DISORDER_MS) {
      const text = `stored more than an hour after the later "${entry.relative}": a copy in pieces, or a second writer`;
      return [problem("dates-out-of-order", newest.relative, text)];
    }
    if (time > at) [newest, at] = [entry, time];
  }
  return [];
}

/**
 * Histories of timelines that are not here, or cannot be read: a few lines of text, without which a whole branch is lost.
 * Of every timeline that has WAL here.
 */
function missingHistories({ wal, histories, reader }: CourseTerms): readonly Problem[] {
  return wal
    .filter(({ timeline }) => !hasNumber(timeline, histories))
    .map((each) => {
      const key = `wal_005/${historyName(each.timeline)}${reader === "wal-e" ? ".lzo" : ""}`;
      const state = histories.has(each.timeline) ? "cannot be read" : "is not here";
      const text = `the history of timeline ${each.timeline} ${state}, and no restore from an older timeline reaches its WAL: ${CURE}`;
      return problem("history-missing", key, `${text}${lineOf(each, wal)}`);
    });
}

const CURE = "look for it in pg_xlog or pg_wal of its nodes and in other copies of the archive, or write it again";

/** The last line that the history must have, as far as names tell. */
function lineOf(own: TimelineWal, wal: readonly TimelineWal[]): string {
  const { first } = extent(own);
  const parent = wal.findLast((each) => each.timeline < own.timeline && extent(each).first <= first);
  const begins = segmentName({ timeline: own.timeline, number: first });
  const from = segmentLsn({ timeline: own.timeline, number: first });
  const at = `the LSN at which that was left (${begins}, the first of its segments here, begins at ${from})`;
  return `, its last line being the number of its parent${parent === undefined ? "" : ` (${parent.timeline}?)`}, a tab, ${at}`;
}
