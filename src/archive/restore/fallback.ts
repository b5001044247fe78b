/**
 * A restore that goes on from an older base backup when a newer one turns out to be damaged while it is read. That
 * takes longer and loses nothing, as long as the WAL between the two is whole. If something would be lost, a person
 * decides.
 */
import type { ObjectReader } from "../../ports/object-store.ts";
import { giveUp, RecoverError } from "../../errors.ts";
import { segmentName } from "../names/segment.ts";
import type { ArchiveFacts } from "../reading/facts.ts";
import { planRestore, type RestorePlan } from "./plan.ts";
import { restoreArchive, type RestoreOutcome, type RestoreTerms } from "./restore.ts";
import { UnusableBase } from "./unusable-base.ts";

/** A base backup that was not taken, and the one before it that is tried. */
export interface PassedOver {
  readonly base: string;
  readonly why: string;
  readonly instead: string;
}

export const passedOverText = ({ base, why, instead }: PassedOver): string =>
  `"${base}" was passed over for "${instead}", from which more WAL is replayed: ${why}`;

export interface FallbackTerms extends RestoreTerms {
  readonly targetTime?: Date | undefined;
  /** The only one that is tried. */
  readonly base?: string | undefined;
  /** Told at once: from here on it takes longer. */
  readonly passedOver?: ((passed: PassedOver) => void) | undefined;
}

export interface Restored {
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
  let plan = planRestore(facts, { targetTime, base });
  let first: UnusableBase | undefined;
  for (;;) {
    try {
      return { plan, outcome: await restoreArchive(reader, plan, terms), passedOver };
    } catch (error) {
      if (!(error instanceof UnusableBase) || base !== undefined) throw error;
      first ??= error;
      const without = new Set([...passedOver.map((passed) => passed.base), plan.base]);
      const older = olderPlan(facts, { targetTime, without, failed: plan, first });
      passedOver.push({ base: plan.base, why: error.message, instead: older.base });
      tell?.({ base: plan.base, why: error.message, instead: older.base });
      plan = older;
    }
  }
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

function planOrNothing(
  facts: ArchiveFacts,
  terms: { readonly targetTime: Date | undefined; readonly without: ReadonlySet<string> },
): RestorePlan | undefined {
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
