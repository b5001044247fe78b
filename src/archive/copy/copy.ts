/**
 * Carries out a copy plan. It may be killed after any object and run again: equal objects are kept, and no object that
 * the plan does not know is ever overwritten. A comparison shows that it is done, not the calls.
 */
import type { Clock } from "../../ports/clock.ts";
import { giveUp, isTransient, RecoverError, refuse } from "../../errors.ts";
import type { CopiedObject, ObjectStore } from "../../ports/object-store.ts";
import { compareAge } from "../judgement/choose.ts";
import { probeCopy, type CopyState } from "./compare.ts";
import { planTitle, type CopyItem, type CopyPlan } from "./copy-plan.ts";
import { LostCopies } from "./lost-copies.ts";
import { sameContent } from "./same-content.ts";
import { formatLocation } from "../names/location.ts";
import { inParallel } from "../../kit/in-parallel.ts";
import { counted } from "../../kit/text/counted.ts";

/** Fewer than a store has sockets; one that bears still fewer says so, and is waited for. */
const IN_FLIGHT = 64;
/** S3 dates objects to the second; two sentinels of one second would leave WAL-E's choice to their names. */
const BETWEEN_SENTINELS_MS = 1_100;

export interface CopyOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly inFlight?: number;
  /** The result that `probeCopy` found a moment ago. */
  readonly before?: CopyState;
  /** Asks the store, by one copy more, whether it refuses to overwrite. */
  readonly asksForRefusal?: boolean;
  /** Done when everything is copied, while it is compared. */
  readonly meanwhile?: () => Promise<void>;
  /** Asked before every single copy and delete; its error ends the work. */
  readonly beforeEffect?: () => Promise<void>;
  readonly progress?: (done: number, total: number) => void;
  /**
   * After this many milliseconds without one copy that ends well, lost copies are given up; until then they are looked
   * for and sent again. Default: the first lost copy ends the work, for callers that look themselves.
   */
  readonly patienceMs?: number;
  /** Told of the first lost copy, and of the first one after others ended well. */
  readonly lost?: (error: RecoverError) => void;
}

export interface CopyOutcome {
  readonly objects: number;
  readonly bytes: number;
  readonly copied: number;
  readonly alreadyThere: number;
  /** Objects of which a copy was lost, whether it was found or sent again. */
  readonly lost: number;
  /** Whether the store refuses a conditional copy onto an object that exists; absent if it did not say. */
  readonly refusesOverwrite?: boolean;
}

/**
 * Errors: those of the store; `target-not-fresh` if the target holds anything else; `object-changed` if the source has
 * changed since the plan; `proof-failed` if the copy does not compare equal at the end.
 */
export async function copyArchive(store: ObjectStore, plan: CopyPlan, options: CopyOptions): Promise<CopyOutcome> {
  const before = options.before ?? (await probeCopy(store, plan));
  refuseForeign(plan, before);
  const sentinels = sentinelsToCopy(plan, before);
  const phases = plan.phases.map((phase) => phase.filter((item) => !before.equal.has(item.to)));
  const copied = phases.flat().length + sentinels.length;
  let done = before.total - copied;
  const lost = new LostCopies({ ...options, patienceMs: options.patienceMs ?? 0 });
  const copyOne = async (item: CopyItem): Promise<void> => {
    const send = async (): Promise<void> => {
      options.signal?.throwIfAborted();
      await options.beforeEffect?.();
      await copyItem(store, plan, { ...item, ifAbsent: !before.target.has(item.to) });
    };
    if (options.patienceMs === undefined) await send();
    else await lost.outlive({ send, isThere: () => isCopied(store, plan, { item, before }) });
    done += 1;
    options.progress?.(done, before.total);
  };
  for (const phase of phases) await inParallel(phase, options.inFlight ?? IN_FLIGHT, copyOne);
  const [refuses] = await together(
    options.asksForRefusal === true ? refusesOverwrite(store, plan) : Promise.resolve(undefined),
    inTurn(sentinels, async (item) => {
      if (item !== plan.sentinels[0]) await options.clock.sleep(BETWEEN_SENTINELS_MS, options.signal);
      await copyOne(item);
    }),
  );
  await together(requireCopied(store, plan), options.meanwhile?.() ?? Promise.resolve());
  const alreadyThere = before.total - copied;
  const asked = refuses === undefined ? {} : { refusesOverwrite: refuses };
  return { objects: plan.objects, bytes: plan.bytes, copied, alreadyThere, lost: lost.objects, ...asked };
}

/** Whether a copy that was sent is there. Throws `target-not-fresh` if another object is. */
async function isCopied(
  store: ObjectStore,
  plan: CopyPlan,
  { item, before }: { readonly item: CopyItem; readonly before: CopyState },
): Promise<boolean> {
  const { bucket } = plan.target;
  const found = await store.head({ bucket, key: item.to });
  if (found === undefined) return false;
  // A sentinel that is copied anew for its date alone.
  const old = before.target.get(item.to);
  if (old !== undefined && secondOf(old) === secondOf(found)) return false;
  if (await sameContent(store, { bucket: plan.source.bucket, info: item.from }, { bucket, info: found })) return true;
  refuseForeign(plan, { foreign: [item.to] });
  return false;
}

/** HEAD tells no more than the second. */
const secondOf = ({ lastModified }: { readonly lastModified: string }): number =>
  Math.floor(Date.parse(lastModified) / 1000);

async function inTurn(items: readonly CopyItem[], work: (item: CopyItem) => Promise<void>): Promise<void> {
  for (const item of items) await work(item);
}

/** Throws the error of the first, or else of the second, when both have ended: no call goes on unseen. */
async function together<A, B>(one: Promise<A>, other: Promise<B>): Promise<readonly [A, B]> {
  await Promise.allSettled([one, other]);
  return [await one, await other];
}

/** Copies an object that is there onto itself once more: only a store that ignores the condition does it. */
async function refusesOverwrite(store: ObjectStore, plan: CopyPlan): Promise<boolean | undefined> {
  const small = plan.phases.flat().reduce<CopyItem | undefined>(smaller, undefined);
  if (small === undefined) return undefined;
  try {
    return (await copyItem(store, plan, { ...small, ifAbsent: true })).wasThere === true;
  } catch (error) {
    // A refusal all the same. Whether it is the copy, the ETag does not tell under a KMS key: that is compared in the end.
    if (error instanceof RecoverError && error.code === "target-not-fresh") return true;
    // Done or not, the same bytes are there.
    if (isTransient(error)) return undefined;
    throw error;
  }
}

const smaller = (one: CopyItem | undefined, other: CopyItem): CopyItem =>
  one === undefined || other.from.size < one.from.size ? other : one;

/** Throws `proof-failed` unless the target holds exactly the planned objects and WAL-E will choose the same base. */
export async function requireCopied(store: ObjectStore, plan: CopyPlan): Promise<void> {
  const after = await probeCopy(store, plan);
  refuseForeign(plan, after);
  if (after.equal.size !== after.total) {
    throw proofFailed(plan, `${after.total - after.equal.size} of ${after.total} objects are not in the copy`);
  }
  const ascend = plan.sentinels.every((item, index) => isYounger(item, plan.sentinels[index - 1], after));
  if (!ascend) throw proofFailed(plan, "the copy's base backups are dated in another order");
}

/** With `ifAbsent`, a store that honours conditions refuses if an object is there. */
export async function copyItem(
  store: ObjectStore,
  plan: CopyPlan,
  item: CopyItem & { readonly ifAbsent: boolean },
): Promise<CopiedObject> {
  const { from, ifAbsent } = item;
  return store.copy(
    { bucket: plan.source.bucket, key: from.key },
    { bucket: plan.target.bucket, key: item.to },
    { ifMatch: from.etag, size: from.size, storageClass: from.storageClass, ...(ifAbsent ? { ifAbsent } : {}) },
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
  throw refuse("target-not-fresh", text)
    .at(formatLocation(plan.target))
    .advise("Check that nothing writes to the target, look at these objects, and use an empty target.");
}

function proofFailed(plan: CopyPlan, why: string): RecoverError {
  return giveUp("proof-failed", `copying ${planTitle(plan)} is not proved: ${why}`)
    .at(formatLocation(plan.target))
    .advise("Run the same command again: it copies what is missing.");
}
