/**
 * Segments of another cluster that never stood in the place of this cluster's: a cluster that was made anew, or an older one,
 * wrote below the same prefix. They lie behind the end of this cluster's WAL, and say nothing about where it ended.
 */
import { counted } from "../../kit/text/counted.ts";
import { segmentName } from "../names/segment.ts";
import { pageOf } from "../reading/archive-facts.ts";
import type { ArchiveFacts } from "../reading/facts.ts";
import { problem, type Problem } from "./problem.ts";

type Owner = "own" | "foreign" | "unknown";

interface Owned {
  /** Its place in the entries. */
  readonly at: number;
  readonly number: number;
  readonly owner: Owner;
}

/** By relative key. A segment that was written over counts as this cluster's, which is missing. */
export function foreignWal(facts: ArchiveFacts, systemId: string | undefined): ReadonlySet<string> {
  const found = new Set<string>();
  const pages = [...(facts.pages?.values() ?? []), ...[...(facts.insides?.values() ?? [])].map(({ page }) => page)];
  if (systemId === undefined || pages.every((page) => (page?.systemId ?? systemId) === systemId)) return found;
  const owned = byTimeline(facts, systemId);
  for (const all of owned.values())
    if (all.some(({ owner }) => owner === "foreign"))
      for (const { at } of behindOwn(facts, runsOf(all).flatMap(withinForeign)))
        found.add(facts.entries.at(at)?.relative ?? "");
  return found;
}

function byTimeline(facts: ArchiveFacts, systemId: string): ReadonlyMap<number, Owned[]> {
  const timelines = new Map<number, Owned[]>();
  let at = -1;
  for (const entry of facts.entries) {
    at += 1;
    if (entry.kind.kind !== "segment") continue;
    const { timeline, number } = entry.kind.segment;
    const id = pageOf(facts, entry.relative)?.systemId;
    const owner = id === undefined ? "unknown" : id === systemId ? "own" : "foreign";
    const own = timelines.get(timeline);
    if (own === undefined) timelines.set(timeline, [{ at, number, owner }]);
    else own.push({ at, number, owner });
  }
  for (const own of timelines.values()) own.sort((a, b) => a.number - b.number);
  return timelines;
}

function runsOf(all: readonly Owned[]): readonly (readonly Owned[])[] {
  const runs: Owned[][] = [];
  for (const each of all) {
    const last = runs.at(-1)?.at(-1);
    if (last !== undefined && each.number <= last.number + 1) runs.at(-1)?.push(each);
    else runs.push([each]);
  }
  return runs;
}

/** An unbroken run is looked at from its ends: if nothing of it is known to be this cluster's, it is the other's. */
function withinForeign(run: readonly Owned[]): readonly Owned[] {
  if (!run.some(({ owner }) => owner === "foreign") || run.some(({ owner }) => owner === "own")) return run;
  return run.map((each) => ({ ...each, owner: "foreign" as const }));
}

/** Those behind the last one that may be this cluster's, unless they may have been written over its next ones. */
function behindOwn({ entries }: ArchiveFacts, all: readonly Owned[]): readonly Owned[] {
  const last = all.findLastIndex(({ owner }) => owner !== "foreign");
  const own = all[last];
  const behind = all.slice(last + 1);
  if (own === undefined) return behind;
  const stored = (at: number): string => entries.at(at)?.info.lastModified ?? "";
  const firstOver = behind.findIndex(
    ({ at, number }, index) => number > own.number + index + 1 || stored(at) < stored(own.at),
  );
  return firstOver < 0 ? [] : behind.slice(firstOver);
}

/** One finding for all of them. */
export function foreignWalProblems(facts: ArchiveFacts, foreign: ReadonlySet<string>): readonly Problem[] {
  const [first = "", ...others] = foreign;
  if (first === "") return [];
  const ids = new Set([...foreign].flatMap((key) => pageOf(facts, key)?.systemId ?? []));
  const entry = facts.entries.find(({ relative }) => relative === first);
  const name = entry?.kind.kind === "segment" ? segmentName(entry.kind.segment) : first;
  const text = `${counted(others.length + 1, "segment")} from ${name} on, of another cluster, ${[...ids].join(", ")}, that wrote below this prefix, and so may be the histories and partial segments there: left out`;
  return [problem("foreign-wal", first, text)];
}
