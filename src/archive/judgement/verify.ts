/**
 * Judges an archive by its listing and its small objects, as PostgreSQL and the program that restores would use it
 * (wal-archives.md §2, §7a). Pure. Never says restorable if a needed segment is missing, and `unknown` wherever it
 * cannot be told.
 */
import type { ArchiveFacts } from "../reading/facts.ts";
import { SEGMENT_BYTES } from "../names/segment.ts";
import { formatLsn } from "../names/lsn.ts";
import type { Reader } from "../reading/reader.ts";
import type { WalEnds } from "../reading/archive-facts.ts";
import { baseProblems } from "./base-problems.ts";
import { baseVerdict, gapVerdicts, lookOf, names, storageClasses, timelineVerdict } from "./assembly.ts";
import { byAge } from "./choose.ts";
import { courseProblems } from "./course-problems.ts";
import { nested } from "./elsewhere.ts";
import { expiryProblems, NOT_LOOKED } from "./expiry.ts";
import { foreignWalProblems } from "./foreign-wal.ts";
import { identityProblems } from "./identity.ts";
import { lossInTime, NO_LOSS } from "./loss.ts";
import { lossIn, type Lost, NONE_LOST } from "./lost.ts";
import { lostFrom } from "./lost-from.ts";
import { isNeeded } from "./needed.ts";
import { problem, shorten, type Problem, verdictOf } from "./problem.ts";
import { type Stall, stallOf, stallText } from "./stall.ts";
import { isEncrypted, strangers } from "./strangers.ts";
import { type Beside, type Study, studyOf } from "./study.ts";
import type { ArchiveVerdict } from "./verdict.ts";
import { type Pick, pickFor, recoveryPointOf, windowsOf } from "./window.ts";

export type { Beside } from "./study.ts";

export function verifyArchive(facts: ArchiveFacts, beside: Beside = {}): ArchiveVerdict {
  const study = studyOf(facts, beside);
  const { course: way } = study;
  const lost = way === undefined ? NONE_LOST : lostFrom(study, { option: study.chosen, course: way });
  const problems = [...objectProblems(study, beside), ...wayProblems(study, lost)];
  const verdict = verdictOf(problems, study.restorer);
  const restorable = verdict === "restorable" || verdict === "restorable-with-loss";
  const { seen, chosen, course, times } = study;
  const { segmentBytes = SEGMENT_BYTES } = seen;
  const { deletedAt } = beside;
  const point = restorable && course !== undefined ? recoveryPointOf(course, times) : undefined;
  const stall = course === undefined ? undefined : stallOf(course, times, deletedAt);
  const expiry = beside.expiry ?? NOT_LOOKED;
  return {
    verdict,
    restorable,
    reader: study.reader,
    systemId: shownId(study, beside) ?? null,
    postgresVersion: chosen?.base.version ?? null,
    baseBackups: study.options.map((option) => baseVerdict(option, study)),
    timelines: study.wal.map((wal) => timelineVerdict(wal, study.histories)),
    gaps: gapVerdicts(study),
    missing: names([...lost.missing, ...lost.aside.missing]),
    unreachable: names([...lost.unreachable, ...lost.aside.unreachable]),
    recoveryPoint: point ?? null,
    problems: shorten([...problems, ...stalled(stall), ...expiryProblems(expiry, beside.now)]),
    chosenBase: chosen?.base.name ?? null,
    needed: course?.needed ?? null,
    loss: course === undefined ? NO_LOSS : lossIn(lost),
    lossInTime: point === undefined || deletedAt === undefined ? null : lossInTime(point.time, deletedAt),
    segmentsToReplay: course?.segmentsToReplay ?? 0,
    expandedBytes: chosen?.completion?.expandedBytes ?? 0,
    diskBytes: (chosen?.completion?.expandedBytes ?? 0) + (course?.segmentsToReplay ?? 0) * segmentBytes,
    objects: seen.entries.length,
    bytes: seen.entries.reduce((sum, entry) => sum + entry.info.size, 0),
    latestBase: study.latest?.base.name ?? null,
    targetTimeline: restorable ? (course?.target ?? null) : null,
    segmentBytes,
    storageClasses: storageClasses(seen),
    encrypted: isEncrypted(seen),
    stall: stall ?? null,
    expiry,
    look: lookOf(study),
    pick: beside.targetTime === undefined ? null : pickOf(study, beside.targetTime),
  };
}

/** The verdict on an archive that could not be read: nothing is known, and the reason is said. */
export function unreadVerdict(reason: Problem, reader: Reader = "wal-e"): ArchiveVerdict {
  const nothing: ArchiveFacts = {
    location: { bucket: "", prefix: "" },
    entries: [],
    texts: new Map(),
    heads: new Map(),
  };
  return { ...verifyArchive(nothing, { reader }), verdict: "unknown", problems: [reason] };
}

/** Of the cluster that a person gets; a container is given the one that the archive calls its own. */
function shownId({ restorer, known, chosen }: Study, { systemId: elsewhere }: Beside): string | undefined {
  if (restorer === "person" && chosen?.course !== undefined) return known.systemId;
  return known.own ?? elsewhere ?? known.inside;
}

function objectProblems(study: Study, { systemId: elsewhere, decrypts = false }: Beside): readonly Problem[] {
  const { seen, known, restorer, reader, bases, options, chosen } = study;
  return [
    ...nested(seen),
    ...baseProblems(seen, study),
    ...identityProblems(seen, { known, elsewhere, restorer, finished: byAge(bases), options, chosen }),
    ...strangers(seen, { reader, decrypts, needs: isNeeded(study) }),
    ...foreignWalProblems(seen, study.foreign),
    ...damaged(study),
  ];
}

function wayProblems(study: Study, lost: Lost): readonly Problem[] {
  const { seen, chosen, course } = study;
  if (course === undefined || chosen === undefined) return [];
  return courseProblems(seen, { ...study, chosen, course, lost });
}

function damaged({ seen, damage }: Study): readonly Problem[] {
  if (damage.size === 0 && seen.insides === undefined) return [];
  return seen.entries.flatMap(({ relative, kind }) => {
    const why = damage.get(relative);
    if (why === undefined) return flaws(relative, seen.insides?.get(relative)?.ends);
    if (kind.kind === "part") return [problem("part-damaged", relative, `no restore can use this tar part: ${why}`)];
    return kind.kind === "segment" ? [problem("segment-damaged", relative, `${why}: it counts as missing`)] : [];
  });
}

/** A replay ends where the flaw is, and not before the segment. */
function flaws(key: string, ends: WalEnds | undefined): readonly Problem[] {
  const all = ends === undefined ? [] : [...(ends.before === undefined ? [] : [ends.before]), ...ends.inside];
  return all
    .filter(({ flawed }) => flawed)
    .map(({ at, why }) =>
      problem("segment-damaged", key, `${why}: a replay that comes to it ends at ${formatLsn(at)}`),
    );
}

function stalled(stall: Stall | undefined): readonly Problem[] {
  return stall?.stalled === true ? [problem("archiving-stalled", "", stallText(stall))] : [];
}

/** Of the first cluster that has been there at that time. */
function pickOf({ clusters, times }: Study, targetTime: Date): Pick {
  const picks = clusters.map((options) => pickFor(targetTime, windowsOf(options, times)));
  return picks.find(({ base }) => base !== null) ?? picks[0] ?? pickFor(targetTime, []);
}
