/** The objects without which the chosen restore does not reach its end; all that can be told apart, if nothing is chosen. */
import { plainKind } from "../names/layout.ts";
import type { ArchiveEntry, ArchiveFacts } from "../reading/facts.ts";
import { isCold } from "../reading/cold.ts";
import { chainOf } from "./completeness.ts";
import { timelineAt } from "./history.ts";
import { type Beside, type Study, studyOf } from "./study.ts";

type Needs = Pick<Study, "chosen" | "bases"> & Partial<Pick<Study, "course">>;

export function isNeeded({ chosen, bases, course }: Needs): (entry: ArchiveEntry) => boolean {
  if (chosen === undefined || course === undefined) return () => true;
  const chain = chainOf(chosen.base, new Map(bases.map((each) => [each.name, each])));
  const names = new Set([chosen.base, ...chain].map(({ name }) => name));
  const { start, stretches } = course;
  return ({ kind }) => {
    const plain = plainKind(kind);
    if ("base" in plain) return names.has(plain.base.name);
    if (plain.kind !== "segment") return plain.kind === "timeline-history" || plain.kind === "sysid";
    const { timeline, number } = plain.segment;
    return number >= start.number && timelineAt(stretches, number) === timeline;
  };
}

/** Needed, and in cold storage as far as its storage class tells: the store was not asked for it. */
export function coldAndNeeded(facts: ArchiveFacts, beside: Beside): readonly ArchiveEntry[] {
  const isOpen = (entry: ArchiveEntry): boolean => isCold(facts, entry) && facts.asked?.has(entry.relative) !== true;
  if (!facts.entries.some(isOpen)) return [];
  const study = studyOf(facts, beside);
  const needs = isNeeded(study);
  return study.seen.entries.filter((entry) => isOpen(entry) && needs(entry));
}
