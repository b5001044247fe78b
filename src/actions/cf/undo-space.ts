import type { Context, Taken, UndoProbe, WayBack } from "../../action.js";
import { counted } from "../../counted.js";
import { RecoverError } from "../../errors.js";
import type { CfSpace, SpaceRef } from "../../ports/cloud-foundry.js";
import { quote } from "../../shell-quote.js";
import { runTag } from "./run-tag.js";

interface Output {
  readonly space_guid: string;
}

const asideName = (space: string, run: string): string => `${space}-${runTag(run)}`;

/** A space is never deleted: what this run made and nobody uses gives its name back. */
export const undoSpace: WayBack<SpaceRef, Output> = {
  effect: "create",
  cost: "renames the space where this run made it and it is empty; one that holds anything, the new service instance included, stays as it is",
  describe: ({ org, space }, run) => [
    { on: "here", line: quote(["cf", "target", "-o", org, "-s", space]) },
    { on: "here", line: quote(["cf", "rename-space", space, asideName(space, run)]) },
  ],
  async guard(context, taken) {
    const own = await findOwn(context, taken);
    const held = own === undefined ? "" : await contentOf(context, own);
    if (held === "") return;
    throw new RecoverError("guard-refused", `the space "${taken.input.space}" holds ${held}`, {
      remedy: "It is in use, and stays as it is. Begin the undo again: the step is then passed over.",
      place: `${taken.input.org}/${taken.input.space}`,
      effect: "none",
    });
  },
  async probe(context, taken): Promise<UndoProbe> {
    if (context.records("space-was-missing").length === 0) return { state: "done", evidence: "this run made no space" };
    const found = await context.ports.cf.findSpace(taken.input);
    if (found === undefined) return { state: "done", evidence: `there is no space "${taken.input.space}"` };
    const evidence = `"${found.name}" is ${found.guid}`;
    if (taken.output === undefined)
      return { state: "unknown", evidence: `${evidence}; whether this run made it or somebody else cannot be told` };
    if (found.guid !== taken.output.space_guid)
      return { state: "done", evidence: `${evidence}, made by somebody else` };
    const held = await contentOf(context, found);
    return held === ""
      ? { state: "not-done", evidence: `${evidence}, and empty` }
      : { state: "done", evidence: `${evidence}; it holds ${held}, and stays as it is` };
  },
  async run(context, taken) {
    const own = await findOwn(context, taken);
    if (own === undefined) return;
    const { org, space } = taken.input;
    const to = asideName(space, context.run.id);
    await context.record("space-renamed", { guid: own.guid, from: space, to });
    await context.beforeEffect();
    await context.ports.cf.renameSpace({ in: { org, space, guid: own.guid }, to });
  },
};

/** By its GUID: whatever has the name now may be somebody else's. */
async function findOwn(context: Context, { input, output }: Taken<SpaceRef, Output>): Promise<CfSpace | undefined> {
  const found = await context.ports.cf.findSpace(input);
  return found !== undefined && found.guid === output?.space_guid ? found : undefined;
}

/** "" for an empty one. */
async function contentOf(context: Context, { guid }: CfSpace): Promise<string> {
  const { cf } = context.ports;
  const [instances, apps] = [await cf.listInstances(guid), await cf.apps(guid)];
  return [
    ...(instances.length === 0 ? [] : [counted(instances.length, "service instance")]),
    ...(apps.length === 0 ? [] : [counted(apps.length, "application")]),
  ].join(" and ");
}
