/**
 * Carries out a copy plan. It may be killed after any object and run again: what is there and equal is kept, and
 * nothing that the plan does not know is ever overwritten. Whether it is done is shown by comparing, not by the calls.
 */
import { RecoverError } from "../../errors.js";
import type { Clock } from "../../ports/clock.js";
import type { ObjectStore } from "../../ports/object-store.js";
import { compareAge } from "../judgement/choose.js";
import { probeCopy, type CopyState } from "./compare.js";
import { planTitle, type CopyItem, type CopyPlan } from "./copy-plan.js";
import { formatLocation } from "../names/location.js";
import { inParallel } from "../reading/parallel.js";
import { counted } from "../../counted.js";

const IN_FLIGHT = 16;
/** S3 dates objects to the second; two sentinels of one second would leave WAL-E's choice to their names. */
const BETWEEN_SENTINELS_MS = 1_100;

export interface CopyOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly inFlight?: number;
  /** Asked before every single copy and delete; what it throws ends the work. */
  readonly beforeEffect?: () => Promise<void>;
  readonly progress?: (done: number, total: number) => void;
}

export interface CopyOutcome {
  readonly objects: number;
  readonly bytes: number;
  readonly copied: number;
  readonly alreadyThere: number;
}

/**
 * Errors: those of the store; `target-not-fresh` where the target holds anything else; `object-changed` where the
 * source is not what the plan was made from; `proof-failed` where the copy does not compare equal at the end.
 */
export async function copyArchive(store: ObjectStore, plan: CopyPlan, options: CopyOptions): Promise<CopyOutcome> {
  const before = await probeCopy(store, plan);
  refuseForeign(plan, before);
  const sentinels = sentinelsToCopy(plan, before);
  const phases = plan.phases.map((phase) => phase.filter((item) => !before.equal.has(item.to)));
  const copied = phases.flat().length + sentinels.length;
  let done = before.total - copied;
  const copyOne = async (item: CopyItem): Promise<void> => {
    options.signal?.throwIfAborted();
    await options.beforeEffect?.();
    await copyItem(store, plan, item);
    done += 1;
    options.progress?.(done, before.total);
  };
  for (const phase of phases) await inParallel(phase, options.inFlight ?? IN_FLIGHT, copyOne);
  for (const item of sentinels) {
    if (item !== plan.sentinels[0]) await options.clock.sleep(BETWEEN_SENTINELS_MS, options.signal);
    await copyOne(item);
  }
  await requireCopied(store, plan);
  return { objects: plan.objects, bytes: plan.bytes, copied, alreadyThere: before.total - copied };
}

/** Throws `proof-failed` unless the target holds exactly what the plan wants and WAL-E will choose the same base. */
export async function requireCopied(store: ObjectStore, plan: CopyPlan): Promise<void> {
  const after = await probeCopy(store, plan);
  refuseForeign(plan, after);
  if (after.equal.size !== after.total) {
    throw proofFailed(plan, `${after.total - after.equal.size} of ${after.total} objects are not in the copy`);
  }
  const ascend = plan.sentinels.every((item, index) => isYounger(item, plan.sentinels[index - 1], after));
  if (!ascend) throw proofFailed(plan, "the copy's base backups are dated in another order");
}

export async function copyItem(store: ObjectStore, plan: CopyPlan, item: CopyItem): Promise<void> {
  await store.copy(
    { bucket: plan.source.bucket, key: item.from.key },
    { bucket: plan.target.bucket, key: item.to },
    { ifMatch: item.from.etag, size: item.from.size, storageClass: item.from.storageClass },
  );
}

/** From the first that is absent or dated wrongly: copying an older one again would make it the newest. */
function sentinelsToCopy({ sentinels }: CopyPlan, state: CopyState): readonly CopyItem[] {
  const wrong = sentinels.findIndex(
    (item, index) => !state.equal.has(item.to) || !isYounger(item, sentinels[index - 1], state),
  );
  return wrong < 0 ? [] : sentinels.slice(wrong);
}

/** Whether WAL-E would take the item before the one that precedes it in the source's order. */
function isYounger(item: CopyItem, before: CopyItem | undefined, state: CopyState): boolean {
  if (before === undefined) return true;
  const dated = ({ to }: CopyItem) => ({ name: to, completedAt: state.target.get(to)?.lastModified });
  return compareAge(dated(before), dated(item)) < 0;
}

/** Throws `target-not-fresh`. */
export function refuseForeign(plan: CopyPlan, { foreign }: Pick<CopyState, "foreign">): void {
  const [first] = foreign;
  if (first === undefined) return;
  const text = `the target holds ${counted(foreign.length, "object")} foreign to the copy, first ${JSON.stringify(first)}`;
  throw new RecoverError("target-not-fresh", text, {
    remedy: "Check that nothing writes to the target, look at these objects, and use an empty target.",
    place: formatLocation(plan.target),
    effect: "none",
  });
}

function proofFailed(plan: CopyPlan, why: string): RecoverError {
  return new RecoverError("proof-failed", `copying ${planTitle(plan)} is not proved: ${why}`, {
    remedy: "Run the same command again: it copies what is missing.",
    place: formatLocation(plan.target),
  });
}
