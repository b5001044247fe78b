import { z } from "zod";
import {
  type Context,
  defineAction,
  type PrintedCommand,
  type Probe,
  type UndoProbe,
  type WayBack,
} from "../../../action.ts";
import { probeCopy, strangersIn } from "../../../archive/copy/compare.ts";
import { copyArchive, refuseForeign } from "../../../archive/copy/copy.ts";
import { asideLocation, type CopyPlan, planCopy } from "../../../archive/copy/copy-plan.ts";
import { formatLocation, parseLocation } from "../../../archive/names/location.ts";
import { guardRefusal, refuse } from "../../../errors.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { guardStopped, targetInput } from "../docker/target-container.ts";
import { evidenceRef, keepListing, recallListing, sinceBaseline } from "./evidence-listing.ts";
import { intoNothing, printedMoveAside } from "./printed-place.ts";
import { probeSetAside, setAside } from "../../../archive/copy/set-aside.ts";
import { guardOwnArchive, recallOwnListing, requireOwnArchive } from "./own-archive.ts";

const denied = guardRefusal(
  "Nothing was copied by this attempt. Give the new instance's own archive, and stop its container first.",
);

const input = z.strictObject({
  ...targetInput,
  source: z.string(),
  target: z.string(),
  baseline: evidenceRef,
  /** The operator lets the old container live: its later writes are not copied. */
  old_goes_on: z.boolean().default(false),
});
type Input = z.infer<typeof input>;
const output = z.object({ objects: z.number(), bytes: z.number() });
type Output = z.infer<typeof output>;

/**
 * The way back of a copy: it moves the new archive aside, with all objects that the recovered database has added to it.
 */
const undoCopy: WayBack<Input, unknown> = {
  effect: "destroy",
  cost: "moves the copied archive aside, with what the recovered database has added to it; the source is not touched",
  describe: ({ target }, run) => [printedMoveAside(target, run, "undone")],
  guard: async (context, { input }) => {
    await guardStopped(context, input);
    await keptPlan(context, input);
  },
  async probe(context, { input }): Promise<UndoProbe> {
    const plan = await keptPlan(context, input);
    if (plan === undefined) return probeWithoutPlan(context, input);
    const { aside, total, toMove, conflicts } = await probeSetAside(context.ports.store.reader(), plan);
    const evidence = `${aside} of ${total} objects are in ${formatLocation(plan.target)}`;
    const [conflict] = conflicts;
    if (conflict !== undefined) return { state: "unknown", evidence: `${evidence}; ${conflict}` };
    if (toMove.length === 0) return { state: "done", evidence };
    return { state: aside === 0 ? "not-done" : "partly", evidence };
  },
  async run(context, { input }) {
    const plan = (await keptPlan(context, input)) ?? (await makePlan(context, input));
    const source = parseLocation(input.source);
    await setAside(context.ports.store.writer({ source, into: [plan.source, plan.target] }), plan, {
      signal: context.signal,
      beforeEffect: () => context.beforeEffect(),
      progress: (done, total) => context.progress({ message: "moving objects aside", done, total, unit: "objects" }),
    });
  },
};

/** Never `aws s3 sync`: it keeps newer objects of equal size, and every sysid has 20 bytes (dingo.md §0.2). */
export const copy = defineAction({
  id: "archive.copy",
  title: "Copy the old archive to the new instance, and compare",
  effect: "create",
  input,
  output,
  undo: undoCopy,
  describe: ({ source, target }) => sentinelsLast(source, target),
  async guard(context, request) {
    await guardOwnArchive(context, request, denied);
    const plan = await planOf(context, request);
    refuseForeign(plan, { foreign: await strangersIn(context.ports.store.reader(), plan) });
  },
  async run(context, request): Promise<Output> {
    const plan = await planOf(context, request);
    await refuseChangedSource(context, request);
    const store = context.ports.store.writer({ source: plan.source, into: [plan.target] });
    const outcome = await copyArchive(store, plan, {
      clock: context.ports.clock,
      signal: context.signal,
      beforeEffect: () => context.beforeEffect(),
      progress: (done, total) => context.progress({ message: "copying objects", done, total, unit: "objects" }),
    });
    return { objects: outcome.objects, bytes: outcome.bytes };
  },
  async probe(context, request): Promise<Probe<Output>> {
    const plan = await planOf(context, request);
    const { equal, total, missing, foreign } = await probeCopy(context.ports.store.reader(), plan);
    const evidence = `${equal.size} of ${total} objects are there and equal, ${missing} missing, ${foreign.length} foreign`;
    if (foreign.length > 0) return { state: "unknown", evidence };
    if (equal.size === total) return { state: "done", output: { objects: plan.objects, bytes: plan.bytes }, evidence };
    return { state: equal.size === 0 ? "not-done" : "partly", evidence };
  },
  async verify(context, request) {
    const plan = await planOf(context, request);
    const { equal, total, foreign } = await probeCopy(context.ports.store.reader(), plan);
    return {
      holds: equal.size === total && foreign.length === 0,
      evidence: `${equal.size} of ${total} objects are there and equal, ${foreign.length} foreign`,
    };
  },
});

/**
 * In the tool's own order, and one line: if a copy does not begin or ends early, no base backup looks whole, and no
 * sentinel is written over.
 */
function sentinelsLast(source: string, target: string): PrintedCommand[] {
  const copying = ["aws", "s3", "cp", "--recursive", `${source}/`, `${target}/`];
  const sentinels = "*_backup_stop_sentinel.json";
  const atOnce = quote(["dingo-recover", "archive", "copy", source, target]);
  const objects = quote([...copying, "--exclude", sentinels]);
  const both = `${objects} && ${quote([...copying, "--exclude", "*", "--include", sentinels])}`;
  return [{ on: "here", line: `${intoNothing(quote([`${target}/`]), both)}  # or, for all of it: ${atOnce}` }];
}

async function planOf(context: Context, request: Input): Promise<CopyPlan> {
  const { location, objects } = await recallListing(context, request.baseline);
  return planCopy(location, parseLocation(request.target), objects);
}

/** A source that changed since it was verified has a writer: the old container, or another recovery (law 1). */
async function refuseChangedSource(context: Context, { baseline, source, old_goes_on }: Input): Promise<void> {
  const { holds, evidence } = await sinceBaseline(context, baseline, old_goes_on);
  if (holds) return;
  throw refuse("guard-refused", `the source archive changed since it was verified: ${evidence}`)
    .at(source)
    .advise("Somebody writes there: look for a living container of the deleted instance, then begin anew.");
}

/**
 * If something lies aside, objects were moved by a plan that the journal has lost: the objects in the archive now may
 * be the instance's own, which a later step of the undo has put back.
 */
async function probeWithoutPlan(context: Context, input: Input): Promise<UndoProbe> {
  const store = context.ports.store.reader();
  const [here, aside] = [parseLocation(input.target), undoneLocation(context, input)];
  const live = (await store.list(here.bucket, `${here.prefix}/`)).length;
  const evidence = `${live} objects are in ${input.target}`;
  if (live === 0) return { state: "done", evidence };
  const moved = (await store.list(aside.bucket, `${aside.prefix}/`)).length;
  if (moved === 0) return { state: "not-done", evidence };
  return {
    state: "unknown",
    evidence: `${evidence}, ${moved} in ${formatLocation(aside)} of which the journal has no plan`,
  };
}

/** Made once, before the first object moves: later objects there are not ours. */
async function makePlan(context: Context, input: Input): Promise<CopyPlan> {
  const location = parseLocation(input.target);
  const objects = await context.ports.store.reader().list(location.bucket, `${location.prefix}/`);
  const listing = await keepListing(context, { name: "undone-listing", location, objects });
  const to = undoneLocation(context, input);
  await context.record("undone-plan", { listing: { ...listing }, to: formatLocation(to) });
  return planCopy(location, to, objects);
}

/** Throws `guard-refused`, `source-protected` if it is not about the instance's own archive. */
async function keptPlan(context: Context, input: Input): Promise<CopyPlan | undefined> {
  requireOwnArchive(input);
  const kept = context.records("undone-plan").at(-1)?.["listing"];
  if (kept === undefined) return undefined;
  const { location, objects } = await recallOwnListing(context, evidenceRef.parse(kept), input);
  return planCopy(location, undoneLocation(context, input), objects);
}

const undoneLocation = ({ run }: Context, { target }: Input) => asideLocation(parseLocation(target), run.id, "undone");
