/**
 * Judges an archive by its listing and its small objects, as PostgreSQL and WAL-E would use it (wal-archives.md §2).
 * Pure. Never says restorable where a needed segment is missing, and `unknown` wherever this version does not know.
 */
import {
  collectBases,
  incompleteBecause,
  inconsistentBecause,
  majorVersion,
  postgresVersion,
  type BaseBackup,
} from "./base-backup.js";
import { byAge, latestBase } from "./choose.js";
import type { ArchiveFacts } from "../reading/facts.js";
import { SYSID_KEY, sentinelKey } from "../names/layout.js";
import { lossOf, NO_LOSS } from "./loss.js";
import { problem, shorten, verdictOf, type Problem } from "./problem.js";
import { type Course, courseOf } from "./course.js";
import { timelineAt } from "./history.js";
import { recoveryPointAt } from "./replay.js";
import { segmentName } from "../names/segment.js";
import type { Sentinel } from "../names/sentinel.js";
import { numbersIn, sizeOf, type Span } from "../names/spans.js";
import { strangers } from "./strangers.js";
import { initdbTime, parseSysid } from "../names/sysid.js";
import { LONGEST_LIST, type ArchiveVerdict, type BaseBackupVerdict } from "./verdict.js";
import { collectWal, gapsOf, timelineRange, type TimelineWal } from "./wal.js";
import { counted } from "../../counted.js";

/** Clocks of the store and of the database host may differ by this much. */
const CLOCK_TOLERANCE_MS = 10 * 60 * 1000;

/** What is known beside the archive. */
export interface Beside {
  /** The system identifier, for one that has lost its own. */
  readonly systemId?: string | undefined;
  /** The platform's containers have a key for OpenPGP. */
  readonly decrypts?: boolean;
}

export function verifyArchive(facts: ArchiveFacts, beside: Beside = {}): ArchiveVerdict {
  const wal = collectWal(facts.entries);
  const bases = collectBases(facts).map((base) => ({ base, ...judgeBase(base, wal) }));
  const latest = latestBase(bases.map(({ base }) => base));
  const chosen = bases.find(({ base }) => base === latest);
  const sysidText = facts.texts.get(SYSID_KEY);
  const ownSystemId = typeof sysidText === "string" ? parseSysid(sysidText) : undefined;
  const systemId = ownSystemId ?? beside.systemId;
  const course =
    chosen?.sentinel === undefined ? undefined : courseOf(chosen.base.start, chosen.sentinel.stop, { facts, wal });
  const problems = [
    ...baseProblems(facts, bases, chosen),
    ...versionProblems(bases),
    ...sysidProblems(facts, ownSystemId, beside),
    ...strangers(facts, beside.decrypts === true),
    ...(course === undefined ? [] : courseProblems(facts, course)),
  ];
  const verdict = verdictOf(problems);
  const restorable = verdict === "restorable" || verdict === "restorable-with-loss";
  const point = course?.last === undefined ? undefined : recoveryPointAt(course.last, facts.entries);
  return {
    verdict,
    restorable,
    reader: "wal-e",
    systemId: systemId ?? null,
    postgresVersion: (latest === undefined ? undefined : postgresVersion(latest)) ?? null,
    baseBackups: bases.map(({ verdict: judged }) => judged),
    timelines: wal.map(timelineRange),
    gaps: wal.flatMap(gapsOf),
    missing: course === undefined ? [] : names(course, course.missing),
    unreachable: course === undefined ? [] : names(course, course.unreachable),
    recoveryPoint: restorable ? (point ?? null) : null,
    problems: shorten(problems),
    chosenBase: latest?.name ?? null,
    needed: course?.needed ?? null,
    loss: course === undefined ? NO_LOSS : lossOf(sizeOf(course.missing), sizeOf(course.unreachable)),
    segmentsToReplay: course?.segmentsToReplay ?? 0,
    expandedBytes: chosen?.sentinel?.expandedBytes ?? 0,
    objects: facts.entries.length,
    bytes: facts.entries.reduce((sum, entry) => sum + entry.info.size, 0),
  };
}

interface JudgedBase {
  readonly base: BaseBackup;
  readonly sentinel: Sentinel | undefined;
  readonly verdict: BaseBackupVerdict;
}

function judgeBase(base: BaseBackup, wal: readonly TimelineWal[]): Omit<JudgedBase, "base"> {
  const sentinel = base.sentinel?.ok === true ? base.sentinel.sentinel : undefined;
  const incomplete = incompleteBecause(base);
  const whole = wal.find(({ timeline }) => timeline === base.start.timeline)?.whole ?? [];
  const why = incomplete ?? (sentinel === undefined ? undefined : inconsistentBecause(base, sentinel.stop, whole));
  return {
    sentinel,
    verdict: {
      name: base.name,
      complete: incomplete === undefined,
      usable: why === undefined,
      why: why ?? `${counted(base.parts.length, "tar part")} and all WAL that it needs`,
    },
  };
}

function baseProblems(
  facts: ArchiveFacts,
  bases: readonly JudgedBase[],
  chosen: JudgedBase | undefined,
): readonly Problem[] {
  if (facts.entries.length === 0) return [problem("archive-empty", "", "there is no object below this prefix")];
  const unfinished = bases
    .filter(({ base }) => base.sentinel === undefined)
    .map(({ base }) => problem("base-without-sentinel", base.name, "a base backup whose upload never finished"));
  if (chosen === undefined) {
    return [...unfinished, problem("no-base-backup", "", "there is no finished base backup")];
  }
  return [...unfinished, ...brokenBases(bases, chosen), ...notNewest(bases, chosen), ...formatProblems(bases)];
}

function brokenBases(bases: readonly JudgedBase[], chosen: JudgedBase): readonly Problem[] {
  const broken = bases.filter(({ base, verdict }) => base.sentinel !== undefined && !verdict.usable);
  const whole = bases.find(({ verdict }) => verdict.usable);
  return broken.map((judged) => {
    const key = sentinelKey(judged.base.name);
    const { why } = judged.verdict;
    if (judged !== chosen) return problem("older-base-broken", key, `an older base backup cannot be used: ${why}`);
    if (whole === undefined) return problem("base-backup-broken", key, `the newest base backup cannot be used: ${why}`);
    const instead = `"${whole.base.name}" looks usable, but the container always restores the newest`;
    return problem("newest-base-broken", key, `the newest base backup cannot be used: ${why}; ${instead}`);
  });
}

function notNewest(bases: readonly JudgedBase[], chosen: JudgedBase): readonly Problem[] {
  const furthest = byAge(bases.map(({ base }) => base)).reduce((a, b) => (b.start.number > a.start.number ? b : a));
  if (furthest.start.number <= chosen.base.start.number) return [];
  const text = `WAL-E takes "${chosen.base.name}" by its date, although "${furthest.name}" was begun later`;
  return [problem("latest-not-newest", sentinelKey(chosen.base.name), text)];
}

function formatProblems(bases: readonly JudgedBase[]): readonly Problem[] {
  return bases.flatMap(({ base, sentinel }) => {
    const key = sentinelKey(base.name);
    if (base.sentinel?.ok === false && base.sentinel.format === "wal-g") {
      return [problem("wal-g-archive", key, "a sentinel of WAL-G, which this version does not read")];
    }
    if (sentinel === undefined || sentinel.tablespaces === 0) return [];
    return [problem("tablespaces", key, "the base backup has tablespaces, whose links must be made before a restore")];
  });
}

function versionProblems(bases: readonly JudgedBase[]): readonly Problem[] {
  const finished = bases.filter(({ base }) => base.sentinel !== undefined);
  const versions = finished.map(({ base }) => postgresVersion(base));
  const without = finished[versions.indexOf(undefined)];
  if (without !== undefined) {
    const text = "no readable extended_version.txt: the version of PostgreSQL is not known";
    return [problem("version-missing", `basebackups_005/${without.base.name}/extended_version.txt`, text)];
  }
  const majors = new Set(versions.flatMap((version) => (version === undefined ? [] : [majorVersion(version)])));
  if (majors.size < 2) return [];
  return [problem("several-versions", "", `base backups of PostgreSQL ${[...majors].join(" and ")} in one archive`)];
}

function sysidProblems(facts: ArchiveFacts, systemId: string | undefined, beside: Beside): readonly Problem[] {
  if (facts.entries.length === 0) return [];
  if (systemId === undefined && beside.systemId !== undefined) {
    return [problem("sysid-from-elsewhere", SYSID_KEY, `not usable here; ${beside.systemId} is known from elsewhere`)];
  }
  if (!facts.texts.has(SYSID_KEY)) {
    const text = "the system identifier is missing: the container would make an empty database over the copy";
    return [problem("sysid-missing", SYSID_KEY, text)];
  }
  if (systemId === undefined) {
    return [problem("sysid-malformed", SYSID_KEY, "does not hold a system identifier of at least 10 digits")];
  }
  const made = initdbTime(systemId);
  const early = facts.entries.find(
    (entry) =>
      entry.kind.kind !== "unknown" && Date.parse(entry.info.lastModified) < made.getTime() - CLOCK_TOLERANCE_MS,
  );
  if (early === undefined) return [];
  const text = `its cluster was made at ${made.toISOString()}, but "${early.relative}" was stored before: another cluster wrote here`;
  return [problem("sysid-younger", SYSID_KEY, text)];
}

function courseProblems(facts: ArchiveFacts, course: Course): readonly Problem[] {
  const lost = [...course.missing, ...course.unreachable];
  const long = lost.length > 0 && sizeOf(course.missing) > LONGEST_LIST;
  return [
    ...course.problems,
    ...(lost.length === 0 ? [] : [gapProblem(course)]),
    ...(long ? [problem("list-shortened", "", `only the first ${LONGEST_LIST} missing segments are listed`)] : []),
    ...disorder(facts, course),
  ];
}

function gapProblem(course: Course): Problem {
  const first = names(course, course.missing)[0] ?? "";
  const beyond = sizeOf(course.unreachable);
  return problem("wal-gap", first, `this segment is missing; ${counted(beyond, "segment")} after it cannot be reached`);
}

/** A segment stored again long after later ones: a second writer, or a copy in pieces. */
function disorder(facts: ArchiveFacts, course: Course): readonly Problem[] {
  let newest = { time: 0, relative: "" };
  const stamped = facts.entries
    .flatMap(({ kind, relative, info }) =>
      kind.kind === "segment" && kind.segment.timeline === timelineAt(course.stretches, kind.segment.number)
        ? [{ number: kind.segment.number, relative, time: Date.parse(info.lastModified) }]
        : [],
    )
    .sort((a, b) => a.number - b.number);
  for (const segment of stamped) {
    if (segment.time < newest.time - 6 * CLOCK_TOLERANCE_MS) {
      const text = `stored more than an hour after the later "${segment.relative}": a copy in pieces, or a second writer`;
      return [problem("dates-out-of-order", newest.relative, text)];
    }
    if (segment.time > newest.time) newest = segment;
  }
  return [];
}

function names({ stretches }: Course, spans: readonly Span[]): readonly string[] {
  return numbersIn(spans, LONGEST_LIST).map((number) =>
    segmentName({ timeline: timelineAt(stretches, number), number }),
  );
}
