/** The parts of a verdict, in the form of its document. */
import { formatLsn } from "../names/lsn.ts";
import { segmentName } from "../names/segment.ts";
import type { ArchiveFacts, Inside } from "../reading/facts.ts";
import type { Histories } from "../reading/histories.ts";
import { counted } from "../../kit/text/counted.ts";
import { chainOf } from "./completeness.ts";
import type { Run } from "./lost.ts";
import { completeText, type Option } from "./option.ts";
import type { WalEnd } from "../wal/record-walk.ts";
import type { Study } from "./study.ts";
import { type BaseBackupVerdict, type GapVerdict, type Look, LONGEST_LIST, type TimelineVerdict } from "./verdict.ts";
import { gapsOf, rangeOf, timelineRange, type TimelineWal } from "./wal.ts";
import { windowOf } from "./window.ts";

export function baseVerdict(option: Option, { bases, times }: Study): BaseBackupVerdict {
  const { base, complete, unusable, completion } = option;
  return {
    name: base.name,
    complete,
    usable: unusable === undefined,
    why: unusable ?? completeText(option),
    writer: base.writer,
    postgresVersion: base.version ?? null,
    startLsn: base.startLsn === undefined ? null : formatLsn(base.startLsn),
    startedAt: base.times.startedAt ?? null,
    finishedAt: base.times.finishedAt ?? null,
    storedAt: base.completedAt ?? null,
    expandedBytes: completion?.expandedBytes ?? 0,
    buildsOn: chainOf(base, new Map(bases.map((each) => [each.name, each]))).map(({ name }) => name),
    window: windowOf(option, times) ?? null,
  };
}

/** Runs are shown and drawn: an archive with more of them is told by its gaps. */
const MOST_RUNS = 1000;

export function timelineVerdict(wal: TimelineWal, histories: Histories): TimelineVerdict {
  const parent = histories.get(wal.timeline)?.at(-1);
  return {
    ...timelineRange(wal),
    runs: wal.whole.slice(0, MOST_RUNS).map((span) => rangeOf(wal.timeline, span)),
    parent: parent === undefined ? null : { timeline: parent.timeline, lsn: formatLsn(parent.lsn) },
  };
}

export function gapVerdicts({ wal, times }: Study): readonly GapVerdict[] {
  return wal.flatMap((each) =>
    gapsOf(each).map((span) => ({
      ...rangeOf(each.timeline, span),
      ...times.around({ ...span, timeline: each.timeline }),
    })),
  );
}

/** Null when no inside was read. */
export function lookOf({ seen: { insides }, damage }: Study): Look | null {
  if (insides === undefined) return null;
  const count = (wanted: (inside: Inside) => boolean): number => [...insides.values()].filter(wanted).length;
  const unread = [...insides].filter(([key, inside]) => isUnread(inside) && !damage.has(key));
  const segments = unread.filter(([key]) => key.startsWith("wal_005/")).length;
  return {
    objects: insides.size,
    broken: [...insides].filter(([key, { ends }]) => damage.has(key) || ends?.inside.some(isFlawed) === true).length,
    hidden: count(({ hidden }) => hidden !== undefined),
    unproven: count(({ unproven }) => unproven === true),
    unread: { tars: unread.length - segments, segments },
  };
}

const isFlawed = ({ flawed }: WalEnd): boolean => flawed;

const isUnread = ({ whole, broken, hidden }: Inside): boolean =>
  whole !== true && broken === undefined && hidden === undefined;

/** Names the bytes that were not seen, between the ends of objects; "" when everything was read. */
export function unreadText(look: Look | null): string {
  if (look === null) return "the content of base backups and segments was not read";
  const { tars, segments } = look.unread;
  const parts = [
    ...(tars === 0 ? [] : [counted(tars, "tar file")]),
    ...(segments === 0 ? [] : [counted(segments, "segment")]),
  ];
  return parts.length === 0 ? "" : `of ${parts.join(" and ")}, only the beginning and the end were read`;
}

/** The same, with the objects that nothing can be said of. */
export function notReadText(look: Look | null): string {
  const hidden =
    look === null || look.hidden === 0 ? [] : [`${counted(look.hidden, "object")} could not be looked into`];
  return [unreadText(look), ...hidden].filter((text) => text !== "").join("; ");
}

/** The names of segments, at most `LONGEST_LIST` of them. */
export function names(runs: readonly Run[]): readonly string[] {
  const listed: string[] = [];
  for (const { timeline, first, last } of runs) {
    for (let number = first; number <= last; number += 1) {
      if (listed.length >= LONGEST_LIST) return listed;
      listed.push(segmentName({ timeline, number }));
    }
  }
  return listed;
}

export function storageClasses({ entries }: ArchiveFacts): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { info } of entries) {
    const name = info.storageClass || "STANDARD";
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}
