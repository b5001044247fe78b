/** Changes that the store will make to an archive by itself: a lifecycle rule deletes the only copy in silence. */
import { counted } from "../../kit/text/counted.ts";
import type { LifecycleMoment, LifecycleRule, Rows } from "../../ports/object-store.ts";
import type { ArchiveEntry } from "../reading/facts.ts";
import { storedAt } from "../../kit/rows/packed-objects.ts";
import { problem, type Problem } from "./problem.ts";

const DAY_MS = 86_400_000;

export interface Expiry {
  /** False: we may not look, or the store does not say. */
  readonly known: boolean;
  readonly coming: readonly Coming[];
}

/** The effect of one rule. */
export interface Coming {
  readonly rule: string;
  /** `delete`, or the storage class that the objects move to. */
  readonly does: string;
  /** ISO 8601: the first object. May lie in the past: the store takes its time. */
  readonly at: string;
  readonly objects: number;
  readonly key: string;
  /** Holds only for objects with certain tags, which no listing shows. */
  readonly perhaps: boolean;
}

export const NOT_LOOKED: Expiry = { known: false, coming: [] };

export function expiryOf(entries: Rows<ArchiveEntry>, rules: readonly LifecycleRule[] | undefined): Expiry {
  if (rules === undefined) return NOT_LOOKED;
  const coming = rules
    .filter(({ enabled }) => enabled)
    .flatMap((rule) => [
      ...(rule.expires === undefined ? [] : comingOf(entries, rule, { does: "delete", when: rule.expires })),
      ...rule.transitions.flatMap(({ when, storageClass }) => comingOf(entries, rule, { does: storageClass, when })),
    ]);
  return { known: true, coming: coming.sort((a, b) => (a.at < b.at ? -1 : 1)) };
}

function comingOf(
  entries: Rows<ArchiveEntry>,
  rule: LifecycleRule,
  { does, when }: { readonly does: string; readonly when: LifecycleMoment },
): readonly Coming[] {
  let objects = 0;
  let first: { readonly key: string; readonly at: number } | undefined;
  for (const entry of entries) {
    const at = holdsFor(rule, entry) && entry.info.storageClass !== does ? momentFor(entry, when) : Number.NaN;
    if (Number.isNaN(at)) continue;
    objects += 1;
    if (first === undefined || at < first.at) first = { key: entry.relative, at };
  }
  if (first === undefined) return [];
  const { key } = first;
  return [{ rule: rule.id, does, at: new Date(first.at).toISOString(), objects, key, perhaps: rule.tagged }];
}

function holdsFor({ prefix, largerThan, smallerThan }: LifecycleRule, { info }: ArchiveEntry): boolean {
  if (!info.key.startsWith(prefix)) return false;
  return info.size > (largerThan ?? -1) && info.size < (smallerThan ?? Number.POSITIVE_INFINITY);
}

/** S3 counts whole days and acts at the next midnight UTC. */
function momentFor({ info }: ArchiveEntry, when: LifecycleMoment): number {
  if ("at" in when) return Date.parse(when.at);
  return Math.ceil((storedAt(info) + when.days * DAY_MS) / DAY_MS) * DAY_MS;
}

/** Problems for deletions, and for moves to a storage class that cannot be read at once. */
export function expiryProblems({ coming }: Expiry, now: Date | undefined): readonly Problem[] {
  return coming
    .filter(({ does }) => does === "delete" || /GLACIER$|ARCHIVE$/.test(does))
    .map(({ rule, does, at, objects, key, perhaps }) => {
      const what =
        does === "delete" ? `deletes ${counted(objects, "object")}` : `moves ${counted(objects, "object")} to ${does}`;
      const who = `lifecycle rule "${rule}" ${perhaps ? "may, by tags that no listing shows, act: it " : ""}${what}`;
      return problem("expires", key, `${who}, the first ${from(at, now)}: switch it off or copy first`);
    });
}

function from(at: string, now: Date | undefined): string {
  const day = `on ${at.slice(0, 10)}`;
  if (now === undefined) return day;
  const days = Math.ceil((Date.parse(at) - now.getTime()) / DAY_MS);
  return days <= 0 ? `due since ${at.slice(0, 10)}` : `in ${counted(days, "day")} (${day})`;
}
