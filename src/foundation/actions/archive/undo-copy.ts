import type { Context, UndoProbe, WayBack } from "../../../action.ts";
import { asideLocation, type CopyPlan, planCopy } from "../../../archive/copy/copy-plan.ts";
import { formatLocation, parseLocation } from "../../../archive/names/location.ts";
import { probeSetAside, setAside } from "../../../archive/copy/set-aside.ts";
import { guardStopped } from "../docker/stopped-container.ts";
import type { Target } from "../docker/target-container.ts";
import { evidenceRef, keepListing } from "./evidence-listing.ts";
import { recallOwnListing, requireOwnArchive } from "./own-archive.ts";
import { printedMoveAside } from "./printed-aside.ts";

type Input = Target & { readonly source: string; readonly target: string };

/**
 * The way back of a copy: it moves the new archive aside, with all objects that the recovered database has added to it.
 */
export const undoCopy: WayBack<Input, unknown> = {
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

function undoneLocation(context: Context, { target }: Input): ReturnType<typeof asideLocation> {
  return asideLocation(parseLocation(target), context.run.id, "undone");
}
