/** The histories of timelines: a line for each timeline before it, and where that ended (wal-archives.md §2). */
import { parseLsn, segmentNumberAt } from "../names/lsn.ts";
import { SEGMENT_BYTES } from "../names/segment.ts";
import type { ArchiveFacts } from "./archive-facts.ts";

/** Where a timeline ended: `number` is the segment in which its child begins. */
export interface Switch {
  readonly timeline: number;
  readonly number: number;
  readonly lsn: bigint;
}

/** By timeline: undefined for a file that is there and cannot be read. */
export type Histories = ReadonlyMap<number, readonly Switch[] | undefined>;

export function historiesOf({ entries, texts, segmentBytes }: ArchiveFacts): Histories {
  return new Map(
    entries.flatMap((entry) => {
      const { kind } = entry;
      if (kind.kind !== "timeline-history") return [];
      return [[kind.timeline, parseHistory(texts.get(entry.relative) ?? "", segmentBytes)] as const];
    }),
  );
}

/** The lines of a history file, oldest first; undefined if a line is none. */
export function parseHistory(text: string, bytes = SEGMENT_BYTES): readonly Switch[] | undefined {
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.trimStart().startsWith("#"));
  const switches = lines.map((line) => {
    const match = /^\s*([0-9]{1,10})\s+([0-9A-Fa-f]{1,8}\/[0-9A-Fa-f]{1,8})(?:\s|$)/.exec(line);
    const lsn = parseLsn(match?.[2] ?? "");
    return lsn === undefined ? undefined : { timeline: Number(match?.[1]), number: segmentNumberAt(lsn, bytes), lsn };
  });
  const whole = switches.filter((each) => each !== undefined);
  const ascends = whole.every((each, index) => index === 0 || each.timeline > (whole[index - 1]?.timeline ?? 0));
  return whole.length === switches.length && whole.length > 0 && ascends ? whole : undefined;
}
