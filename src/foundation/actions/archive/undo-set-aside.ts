import type { Context, UndoProbe, WayBack } from "../../../action.ts";
import { asideLocation, type CopyPlan, planCopy } from "../../../archive/copy/copy-plan.ts";
import { parseLocation } from "../../../archive/names/location.ts";
import { probePutBack, putBack } from "../../../archive/copy/put-back.ts";
import { guardStopped } from "../docker/stopped-container.ts";
import type { Target } from "../docker/target-container.ts";
import { evidenceRef } from "./evidence-listing.ts";
import { recallOwnListing, requireOwnArchive } from "./own-archive.ts";
import { printedPutBack } from "./printed-aside.ts";

type Input = Target & { readonly source: string; readonly target: string };

export const undoSetAside: WayBack<Input, unknown> = {
  effect: "destroy",
  cost: "copies the new instance's own archive back to its place, verified; the copy aside stays",
  describe: ({ target }, run) => [printedPutBack(target, run)],
  guard: async (context, { input }) => {
    await guardStopped(context, input);
    await planOf(context, input);
  },
  async probe(context, { input }): Promise<UndoProbe> {
    const plan = await planOf(context, input);
    if (plan === undefined) return { state: "done", evidence: "no object was moved" };
    const { there, total, conflicts } = await probePutBack(context.ports.store.reader(), plan);
    const evidence = `${there.size} of ${total} objects are in ${input.target}`;
    const [conflict] = conflicts;
    if (conflict !== undefined) return { state: "unknown", evidence: `${evidence}; ${conflict}` };
    if (there.size === total) return { state: "done", evidence };
    return { state: there.size === 0 ? "not-done" : "partly", evidence };
  },
  async run(context, { input }) {
    const plan = await planOf(context, input);
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

/**
 * The plan by which the instance's own archive was moved, the first; undefined if none was. Throws `guard-refused`,
 * `source-protected` if it is not about the instance's own archive.
 */
async function planOf(context: Context, input: Input): Promise<CopyPlan | undefined> {
  requireOwnArchive(input);
  const kept = context.records("aside-plan").at(0)?.["listing"];
  if (kept === undefined) return undefined;
  const { location, objects } = await recallOwnListing(context, evidenceRef.parse(kept), input);
  return planCopy(location, asideLocation(parseLocation(input.target), context.run.id), objects);
}
