/**
 * A restore that goes on another way when the planned one turns out worse while it is read: from an older base backup if
 * a newer one is damaged, and along another branch if the WAL of the first ends early. An older base backup takes longer
 * and loses nothing, as long as the WAL between the two is whole. If something would be lost by it, a person decides.
 */
import type { ObjectReader } from "../../ports/object-store.ts";
import { giveUp, RecoverError } from "../../errors.ts";
import { formatLsn } from "../names/lsn.ts";
import { segmentName } from "../names/segment.ts";
import type { ArchiveFacts } from "../reading/facts.ts";
import { type MetEnds, withMet } from "./met.ts";
import { planRestore, type PlanTerms, type RestorePlan } from "./plan.ts";
import { restoreArchive, type RestoreOutcome, type RestoreTerms } from "./restore.ts";
import { UnusableBase } from "./unusable-base.ts";

/** A base backup or a way that was not taken, and the one that is tried in its place. */
export interface PassedOver {
  readonly base: string;
  readonly why: string;
  readonly instead: string;
  /** If another way brings back more: the timelines to which the two go. */
  readonly timelines?: { readonly from: number; readonly to: number };
}

export function passedOverText({ base, why, instead, timelines }: PassedOver): string {
  if (timelines === undefined)
    return `"${base}" was passed over for "${instead}", from which more WAL is replayed: ${why}`;
  const { from, to } = timelines;
  return `the way from "${base}" to timeline ${from} was left for that from "${instead}" to timeline ${to}, which brings back more: ${why}`;
}

export interface FallbackTerms extends Omit<RestoreTerms, "requireBest"> {
  readonly targetTime?: Date | undefined;
  /** The only one that is tried. */
  readonly base?: string | undefined;
  /** Told at once: from here on it takes longer. */
  readonly passedOver?: ((passed: PassedOver) => void) | undefined;
}

export interface Restored {
  /** Its loss is that of the WAL as it was read. */
  readonly plan: RestorePlan;
  readonly outcome: RestoreOutcome;
  readonly passedOver: readonly PassedOver[];
}

/** Errors: those of `planRestore` and `restoreArchive`; if no base backup is left, the first one's. */
export async function restoreFrom(
  reader: ObjectReader,
  facts: ArchiveFacts,
  { targetTime, base, passedOver: tell, ...terms }: FallbackTerms,
): Promise<Restored> {
  const passedOver: PassedOver[] = [];
  const without = new Set<string>();
  let known = facts;
  let plan = planRestore(facts, { targetTime, base });
  let first: UnusableBase | undefined;
  const requireBest = (wal: MetEnds): void => {
    // A restore to a moment goes the way that reaches it, and gives up if it does not.
    const why = targetTime === undefined ? endOf(wal) : undefined;
    if (why === undefined && wal.badCopies.length === 0) return;
    known = withMet(known, plan, wal);
    const best = planRestore(known, { base, without });
    if (!isSameWay(best, plan)) throw new BetterWay(best, why ?? "a copy of a segment is damaged");
    plan = { ...plan, lost: best.lost, findings: best.findings };
  };
  const goOn = (instead: RestorePlan, why: string, how: "older" | "other-way"): void => {
    const timelines = how === "older" ? {} : { timelines: { from: plan.timeline, to: instead.timeline } };
    const passed = { base: plan.base, why, instead: instead.base, ...timelines };
    passedOver.push(passed);
    tell?.(passed);
    plan = instead;
  };
  for (;;) {
    try {
      const outcome = await restoreArchive(reader, plan, { ...terms, requireBest });
      return { plan, outcome, passedOver };
    } catch (error) {
      if (error instanceof BetterWay) {
        goOn(error.plan, error.message, "other-way");
        continue;
      }
      if (!(error instanceof UnusableBase) || base !== undefined) throw error;
      without.add(plan.base);
      // Its own files are whole: what it lacks is WAL, which lies nowhere else here.
      if (error.met !== undefined && first === undefined && targetTime === undefined) {
        known = withMet(known, plan, error.met);
        const best = planOrNothing(known, { without });
        if (best === undefined) throw error;
        goOn(best, error.message, "other-way");
        continue;
      }
      first ??= error;
      goOn(olderPlan(known, { targetTime, without, failed: plan, first }), error.message, "older");
    }
  }
}

const isSameWay = (one: RestorePlan, other: RestorePlan): boolean =>
  one.base === other.base && one.target === other.target;

/** The WAL of a plan ends earlier than its names promised, and another plan brings back more. */
class BetterWay extends RecoverError {
  readonly plan: RestorePlan;

  constructor(plan: RestorePlan, why: string) {
    super("not-restorable", why, { remedy: "Take the other way." });
    this.plan = plan;
  }
}

/** Why the WAL ends before its last segment does; undefined if it does not. */
function endOf({ broken, cut }: MetEnds): string | undefined {
  if (broken !== undefined) return `${broken.name} cannot be used: ${broken.why}`;
  return cut === undefined ? undefined : `the records of ${cut.name} end at ${formatLsn(cut.at)}: ${cut.why}`;
}

interface Asked {
  readonly targetTime: Date | undefined;
  readonly without: ReadonlySet<string>;
  readonly failed: RestorePlan;
  readonly first: UnusableBase;
}

/** It has to bring back no less: its WAL is needed up to where the damaged one would have been consistent. */
function olderPlan(facts: ArchiveFacts, { targetTime, without, failed, first }: Asked): RestorePlan {
  const plan = planOrNothing(facts, { targetTime, without });
  if (plan === undefined) throw first;
  const end = failed.start.number + failed.neededSegments;
  const isOfIt = plan.systemId === failed.systemId && plan.timeline === failed.timeline;
  if (!isOfIt || plan.start.number > failed.start.number || reachOf(plan) < reachOf(failed))
    throw wouldLose(first, plan);
  return { ...plan, neededSegments: Math.max(plan.neededSegments, end - plan.start.number) };
}

function planOrNothing(facts: ArchiveFacts, terms: PlanTerms): RestorePlan | undefined {
  try {
    return planRestore(facts, terms);
  } catch (error) {
    if (error instanceof RecoverError && error.code === "not-restorable") return undefined;
    throw error;
  }
}

const reachOf = ({ segments }: RestorePlan): number => segments.at(-1)?.segment.number ?? -1;

/** Not decided here: the operator may know of a better copy of the damaged one. */
function wouldLose(first: UnusableBase, { base, segments }: RestorePlan): RecoverError {
  const last = segments.at(-1)?.segment;
  const reach = last === undefined ? "" : `, up to ${segmentName(last)}`;
  return giveUp("not-restorable", first.message)
    .at(first.place)
    .advise(
      `Another base backup brings back less${reach}: restore it with --base ${base}, or use another copy of the archive.`,
      first,
    );
}
