import type { Context, Taken, UndoProbe, WayBack } from "../../../action.ts";
import { counted } from "../../../kit/text/counted.ts";
import { refuse } from "../../../errors.ts";
import type { CfSpace, SpaceRef } from "../../../ports/cloud-foundry.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { runTag } from "./run-tag.ts";

interface Output {
  readonly space_guid: string;
}

const asideName = (space: string, run: string): string => `${space}-${runTag(run)}`;

/** A space is never deleted: a space that this run made and nobody uses gives its name back. */
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
    throw refuse("guard-refused", `the space "${taken.input.space}" holds ${held}`)
      .at(`${taken.input.org}/${taken.input.space}`)
      .advise("It is in use, and stays as it is. Begin the undo again: the step is then passed over.");
  },
  async probe(context, taken): Promise<UndoProbe> {
    if (context.records("space-was-missing").length === 0) return { state: "done", evidence: "this run made no space" };
    const found = await context.ports.cf.findSpace(taken.input);
    if (found === undefined) return { state: "done", evidence: `there is no space "${taken.input.space}"` };
    const evidence = `"${found.name}" is ${found.guid}`;
    if (taken.output !== undefined && found.guid !== taken.output.space_guid)
      return { state: "done", evidence: `${evidence}, made by somebody else` };
    if (!(await wasMade(context, found)))
      return { state: "done", evidence: `${evidence}; nothing shows that this run made it, and it keeps its name` };
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

/** Finds it by its GUID: another space with the name may be somebody else's. */
async function findOwn(context: Context, { input, output }: Taken<SpaceRef, Output>): Promise<CfSpace | undefined> {
  const found = await context.ports.cf.findSpace(input);
  if (found === undefined || (output !== undefined && found.guid !== output.space_guid)) return undefined;
  return (await wasMade(context, found)) ? found : undefined;
}

/**
 * Whether this run made it: the step saw that its own command did; or, if it was killed before it could note that,
 * Cloud Foundry's audit event tells that our user made it after the step had asked. The step's output alone says only
 * that it is there.
 */
async function wasMade(context: Context, { guid }: CfSpace): Promise<boolean> {
  if (context.records("space-made").some((note) => note["guid"] === guid)) return true;
  const asked = context.records("space-was-missing").at(-1)?.["at"];
  if (typeof asked !== "string") return false;
  const { cf } = context.ports;
  const { user, seesEverything } = await cf.identity();
  if (!seesEverything) return false;
  // Events are stamped with whole seconds.
  const since = new Date(Math.floor(Date.parse(asked) / 1000) * 1000);
  const events = await cf.auditEvents(["audit.space.create"], since);
  return events.some(({ target, actor }) => target.guid === guid && actor === user);
}

/** "" for an empty one. */
async function contentOf(context: Context, { guid }: CfSpace): Promise<string> {
  const { instances, apps, routes } = await context.ports.cf.contentOf(guid);
  const held = [
    [instances, "service instance"],
    [apps, "application"],
    [routes, "route"],
  ] as const;
  return held.flatMap(([count, what]) => (count === 0 ? [] : [counted(count, what)])).join(" and ");
}
