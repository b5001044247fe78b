/**
 * Objects that no restore can use under their names: those that are too short, and those whose inside shows it. A
 * segment of another cluster, version or place ends the replay without a word (wal-archives.md §0.1, §7a.7).
 */
import { startsLikeOpenPgp } from "../compression/openpgp.ts";
import { pageOf } from "../reading/archive-facts.ts";
import { type ArchiveEntry, type ArchiveFacts, startsLikeLzop } from "../reading/facts.ts";
import { HOLLOW } from "../reading/hollow.ts";
import { historiesOf } from "../reading/histories.ts";
import { misfitOf } from "../wal/misfit.ts";
import { majorOf } from "../../kit/sql/major-release.ts";
import { isDamagedSegment } from "./wal.ts";

/** By relative key: why, a part of a sentence. */
export type Damage = ReadonlyMap<string, string>;

/** The identity that the WAL of this archive must have; a field is undefined when it is not known. */
export interface Identity {
  readonly systemId: string | undefined;
  readonly version: string | undefined;
}

/** `without`: relative keys that are left out. */
export function damageIn(facts: ArchiveFacts, identity: Identity, without: ReadonlySet<string>): Damage {
  const histories = historiesOf(facts);
  const ancestors = (timeline: number): ReadonlySet<number> | undefined => {
    const history = histories.get(timeline);
    return history === undefined ? undefined : new Set(history.map((each) => each.timeline));
  };
  return new Map(
    facts.entries.flatMap((entry) => {
      if (without.has(entry.relative)) return [];
      const why =
        shortcoming(entry) ??
        (facts.hollow?.has(entry.relative) === true ? HOLLOW : undefined) ??
        insideOf(facts, entry) ??
        headOf(facts, entry) ??
        misfit(facts, entry, { identity, ancestors });
      return why === undefined ? [] : [[entry.relative, why] as const];
    }),
  );
}

function shortcoming(entry: ArchiveEntry): string | undefined {
  return isDamagedSegment(entry) ? `a segment of ${entry.info.size} bytes cannot be whole` : undefined;
}

const insideOf = ({ insides }: ArchiveFacts, { relative }: ArchiveEntry): string | undefined =>
  insides?.get(relative)?.broken;

/** Only if WAL-E wrote: WAL-G may encrypt in a way that shows no mark. */
function headOf({ heads }: ArchiveFacts, { relative, kind }: ArchiveEntry): string | undefined {
  const head = heads.get(relative);
  if (head === undefined || (kind.kind !== "segment" && kind.kind !== "part") || !relative.endsWith(".lzo"))
    return undefined;
  return startsLikeLzop(head) || startsLikeOpenPgp(head) ? undefined : "it does not begin like an lzop file";
}

interface Expected {
  readonly identity: Identity;
  readonly ancestors: (timeline: number) => ReadonlySet<number> | undefined;
}

function misfit(facts: ArchiveFacts, { relative, kind }: ArchiveEntry, expected: Expected): string | undefined {
  const page = pageOf(facts, relative);
  if (kind.kind !== "segment" || page === undefined) return undefined;
  const { segment } = kind;
  const { systemId, version } = expected.identity;
  const known = expected.ancestors(segment.timeline);
  return misfitOf(page, {
    segment,
    systemId,
    major: version === undefined ? undefined : majorOf(version),
    isAncestor: (timeline) => (known === undefined ? timeline < segment.timeline : known.has(timeline)),
  });
}
