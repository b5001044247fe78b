import { z } from "zod";
import {
  type Context,
  defineAction,
  type EvidenceRef,
  type Probe,
  type UndoProbe,
  type WayBack,
} from "../../../action.ts";
import { asideLocation, type CopyPlan, planCopy } from "../../../archive/copy/copy-plan.ts";
import { sortEntries } from "../../../archive/reading/facts.ts";
import { judgeFresh } from "../../../archive/judgement/fresh.ts";
import {
  type ArchiveLocation,
  formatLocation,
  keyIn,
  parseLocation,
  relativeKey,
} from "../../../archive/names/location.ts";
import { isWrittenAgain, probeSetAside, setAside as moveAside } from "../../../archive/copy/set-aside.ts";
import { counted } from "../../../kit/text/counted.ts";
import { type RecoverError, refuse } from "../../../errors.ts";
import type { ObjectInfo } from "../../../ports/object-store.ts";
import { guardStopped, targetInput } from "../docker/target-container.ts";
import { printedMoveAside, printedPutBack } from "./printed-place.ts";
import { evidenceRef, keepListing, locationText, recallListing } from "./evidence-listing.ts";
import { probePutBack, putBack } from "../../../archive/copy/put-back.ts";
import { guardOwnArchive, recallOwnListing, requireOwnArchive } from "./own-archive.ts";

const input = z.strictObject({
  ...targetInput,
  source: z.string(),
  target: z.string(),
  created_at: z.string(),
  /** Listing of the source: this run has copied the objects here that it lists. */
  baseline: evidenceRef.optional(),
  run: z.string(),
});
type Input = z.infer<typeof input>;
const output = z.object({ aside: z.string(), objects: z.number() });
type Output = z.infer<typeof output>;

const undoSetAside: WayBack<Input, unknown> = {
  effect: "destroy",
  cost: "copies the new instance's own archive back to its place, verified; the copy aside stays",
  describe: ({ target }, run) => [printedPutBack(target, run)],
  guard: async (context, { input }) => {
    await guardStopped(context, input);
    await firstPlan(context, input);
  },
  async probe(context, { input }): Promise<UndoProbe> {
    const plan = await firstPlan(context, input);
    if (plan === undefined) return { state: "done", evidence: "no object was moved" };
    const { there, total, conflicts } = await probePutBack(context.ports.store.reader(), plan);
    const evidence = `${there.size} of ${total} objects are in ${input.target}`;
    const [conflict] = conflicts;
    if (conflict !== undefined) return { state: "unknown", evidence: `${evidence}; ${conflict}` };
    if (there.size === total) return { state: "done", evidence };
    return { state: there.size === 0 ? "not-done" : "partly", evidence };
  },
  async run(context, { input }) {
    const plan = await firstPlan(context, input);
    if (plan === undefined) return;
    const source = parseLocation(input.source);
    await putBack(context.ports.store.writer({ source, into: [plan.source] }), plan, {
      clock: context.ports.clock,
      signal: context.signal,
      beforeEffect: () => context.beforeEffect(),
      progress: (done, total) => context.progress({ message: "copying objects back", done, total, unit: "objects" }),
    });
  },
};

export const setAside = defineAction({
  id: "archive.set-aside",
  title: "Move the new instance's archive aside",
  effect: "destroy",
  input,
  output,
  undo: undoSetAside,
  describe: ({ target, run }) => [printedMoveAside(target, run, "replaced")],
  async guard(context, request) {
    await guardOwnArchive(context, request, notFresh);
  },
  async run(context, request): Promise<Output> {
    const plan = await planOf(context, request, true);
    const source = parseLocation(request.source);
    const store = context.ports.store.writer({ source, into: [plan.source, plan.target] });
    const outcome = await moveAside(store, plan, {
      signal: context.signal,
      beforeEffect: () => context.beforeEffect(),
      progress: (done, total) => context.progress({ message: "moving objects aside", done, total, unit: "objects" }),
    });
    return { aside: formatLocation(plan.target), objects: outcome.objects };
  },
  probe: probeAside,
  /**
   * A person who moved the objects by hand kept no plan. The plan is made of the objects that lie aside, and is the way
   * back.
   */
  async probeByHand(context, request): Promise<Probe<Output>> {
    if (context.records("aside-plan").length === 0) await planOf(context, request, true);
    return await probeAside(context, request);
  },
  async verify(context, _request, output) {
    const aside = parseLocation(output.aside);
    const objects = await context.ports.store.reader().list(aside.bucket, `${aside.prefix}/`);
    return {
      holds: objects.length === output.objects,
      evidence: `${objects.length} of ${output.objects} objects are in ${output.aside}`,
    };
  },
});

async function probeAside(context: Context, request: Input): Promise<Probe<Output>> {
  if (context.records("aside-plan").length === 0) {
    const moved = (await movedWithoutPlan(context, parseLocation(request.target))).length;
    if (moved === 0) return { state: "not-done", evidence: "no object was moved" };
    return { state: "partly", evidence: `${counted(moved, "object")} aside of which the journal has no plan` };
  }
  const plan = await planOf(context, request, false);
  const state = await probeSetAside(context.ports.store.reader(), plan);
  const evidence = `${state.aside} of ${state.total} objects are aside`;
  const [conflict] = state.conflicts;
  if (conflict !== undefined) return { state: "unknown", evidence: `${evidence}; ${conflict}` };
  if (state.toMove.length === 0)
    return { state: "done", output: { aside: formatLocation(plan.target), objects: state.total }, evidence };
  return { state: state.aside === 0 ? "not-done" : "partly", evidence };
}

/**
 * The plan is made before the first object moves, and kept: it is the way back. If all of it is aside and there are
 * objects again, the container ran in between (dingo.md §8, row 15): they go to a place of their own.
 */
async function planOf(context: Context, request: Input, make: boolean): Promise<CopyPlan> {
  const target = parseLocation(request.target);
  const kept = context.records("aside-plan");
  const last = kept.at(-1);
  if (last !== undefined || !make) {
    const { objects } = await recallListing(context, evidenceRef.parse(last?.["listing"]) satisfies EvidenceRef);
    const plan = planCopy(target, parseLocation(locationText.parse(last?.["to"])), objects);
    if (!make || !(await isWrittenAgain(context.ports.store.reader(), plan))) return plan;
  }
  const aside = asideLocation(target, context.run.id, kept.length === 0 ? "replaced" : `replaced-${kept.length + 1}`);
  const live = await context.ports.store.reader().list(target.bucket, `${target.prefix}/`);
  const moved = kept.length === 0 ? await movedWithoutPlan(context, target) : [];
  const objects = [...live, ...moved.filter(({ key }) => live.every((each) => each.key !== key))];
  const restored = kept.length > 0;
  const own = restored ? await withoutCopies(context, objects, request) : objects;
  const freshness = judgeFresh(sortEntries(target, own), new Date(request.created_at), { restored });
  if (!freshness.fresh)
    throw notFresh(`the archive is not that of a fresh instance: ${freshness.reasons.join("; ")}`, request.target);
  const plan = planCopy(target, aside, objects);
  const listing = await keepListing(context, { name: "replaced-listing", location: target, objects });
  await context.record("aside-plan", { listing: { ...listing }, to: formatLocation(aside) });
  return plan;
}

/**
 * The objects that lie aside, under their former keys. They were moved by a journaled plan that a machine lost when it
 * went down. The copies equal the objects, so the plan that is made of them is the way back.
 */
async function movedWithoutPlan(context: Context, target: ArchiveLocation): Promise<readonly ObjectInfo[]> {
  const aside = asideLocation(target, context.run.id);
  const objects = await context.ports.store.reader().list(aside.bucket, `${aside.prefix}/`);
  return objects.flatMap((object) => {
    const relative = relativeKey(aside, object.key);
    return relative === undefined ? [] : [{ ...object, key: keyIn(target, relative) }];
  });
}

/**
 * Leaves out the objects that this run has copied there: each equals one of the source. The others must be a fresh
 * instance's own.
 */
async function withoutCopies(
  context: Context,
  objects: readonly ObjectInfo[],
  { baseline, target }: Input,
): Promise<readonly ObjectInfo[]> {
  if (baseline === undefined) return objects;
  const source = await recallListing(context, baseline);
  const from = new Map(source.objects.map((each) => [relativeKey(source.location, each.key), each]));
  return objects.filter((each) => {
    const original = from.get(relativeKey(parseLocation(target), each.key));
    return original?.etag !== each.etag || original.size !== each.size;
  });
}

function notFresh(message: string, target: string): RecoverError {
  return refuse("target-not-fresh", message)
    .at(target)
    .advise("Nothing was moved. Look at this archive and its container before anything else.");
}

/**
 * The plan by which the instance's own archive was moved, the first; undefined if none was. Throws `guard-refused`,
 * `source-protected` if it is not about the instance's own archive.
 */
async function firstPlan(context: Context, input: Input): Promise<CopyPlan | undefined> {
  requireOwnArchive(input);
  const kept = context.records("aside-plan").at(0)?.["listing"];
  if (kept === undefined) return undefined;
  const { location, objects } = await recallOwnListing(context, evidenceRef.parse(kept), input);
  return planCopy(location, asideLocation(parseLocation(input.target), context.run.id), objects);
}
