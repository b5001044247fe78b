/** Facts of an archive with those that a restore learned: a segment that cannot be used, or in which the records end. */
import type { ObjectInfo } from "../../ports/object-store.ts";
import type { ArchiveFacts, Inside } from "../reading/facts.ts";
import { relativeKey } from "../names/location.ts";
import type { RestorePlan } from "./plan.ts";

/** Where a replay ends before its last planned segment does. */
export interface MetEnds {
  /** Why the next segment cannot be replayed; undefined if all of the plan are there or are not needed. */
  readonly broken: { readonly name: string; readonly why: string } | undefined;
  /** Where the records end though more follows: behind the last segment, or inside it. */
  readonly cut: CutWal | undefined;
  /** Damaged copies of segments, whether another one was whole or not. */
  readonly badCopies: readonly { readonly info: ObjectInfo; readonly why: string }[];
}

export interface CutWal {
  readonly name: string;
  readonly at: bigint;
  /** A clause. */
  readonly why: string;
  /** More is written in this segment than is replayed. */
  readonly spoilt: boolean;
  /** The segment behind it, if its records do not follow. */
  readonly unfollowed: string | undefined;
}

/** As `archive verify --deep=full` would have read that segment. */
export function withMet(facts: ArchiveFacts, plan: RestorePlan, { broken, cut, badCopies }: MetEnds): ArchiveFacts {
  const insides = new Map(facts.insides);
  const learnOf = ({ key }: ObjectInfo, inside: Inside): void => {
    const relative = relativeKey(plan.location, key);
    if (relative !== undefined) insides.set(relative, together(insides.get(relative), inside));
  };
  const learn = (name: string, inside: Inside): void => {
    for (const { info } of plan.segments.filter((segment) => segment.name === name)) learnOf(info, inside);
  };
  for (const { info, why } of badCopies) learnOf(info, { broken: why });
  if (broken !== undefined) learn(broken.name, { broken: broken.why });
  // If not one record was read, the base backup's own start may be wrong.
  if (cut === undefined || cut.at === plan.startLsn) return { ...facts, insides };
  const { name, at, why, spoilt, unfollowed } = cut;
  if (unfollowed === undefined) learn(name, { ends: { inside: [{ at, why, flawed: spoilt }] } });
  else learn(unfollowed, { ends: { before: { at, why, flawed: true }, inside: [] } });
  return { ...facts, insides };
}

/** Two ways can meet a segment each with an end that the other does not know. */
function together(known: Inside = {}, met: Inside): Inside {
  if (known.ends === undefined || met.ends === undefined) return { ...known, ...met };
  const inside = [...known.ends.inside, ...met.ends.inside].sort((a, b) => (a.at < b.at ? -1 : 1));
  return { ...known, ...met, ends: { ...known.ends, ...met.ends, inside } };
}
