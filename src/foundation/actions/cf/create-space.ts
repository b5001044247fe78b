import { z } from "zod";
import { type Context, defineAction, type Probe, type Taken, type UndoProbe, type WayBack } from "../../../action.ts";
import { giveUp, type RecoverError, refuse } from "../../../errors.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { said } from "../../../kit/commands/printed-cases.ts";
import { counted } from "../../../kit/text/counted.ts";
import type { CfSpace, SpaceRef } from "../../../ports/cloud-foundry.ts";
import { runTag } from "./run-tag.ts";

const input = z.strictObject({
  org: z.string(),
  space: z.string(),
  /** Of the organization: a name can be given to another one. */
  org_guid: z.string(),
});
type Input = z.infer<typeof input>;
const output = z.object({ space_guid: z.string() });
type Output = z.infer<typeof output>;

const asideName = (space: string, run: string): string => `${space}-${runTag(run)}`;

/** A space is never deleted: a space that this run made and nobody uses gives its name back. */
export const undoSpace: WayBack<SpaceRef, Output> = {
  effect: "create",
  cost: "renames the space if this run made it and it is empty; one that holds anything, the new service instance included, stays as it is",
  // Not typed as it stands: whether the space is empty is known by then alone.
  describe: ({ org, space }, run) => [
    { on: "here", line: quote(["cf", "target", "-o", org, "-s", space]) },
    {
      on: "here",
      line: said(
        `only if this run made it and it holds nothing, the new service instance included: ${quote(["cf", "rename-space", space, asideName(space, run)])}`,
      ),
    },
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

const becomeDeveloper = (org: string, space: string): string =>
  `cf set-space-role "$(cf target | sed -n 's/^user: *//p')" ${quote([org, space])} SpaceDeveloper`;

/**
 * A space of that name in the asked organization is enough, whether this run or somebody else made it. It is not
 * changed, except that our user becomes its developer. The CLI gives that role after it has made the space, so that a
 * kill may come in between.
 */
export const createSpace = defineAction({
  id: "cf.create-space",
  title: "Make the space again",
  effect: "create",
  input,
  output,
  undo: undoSpace,
  describe: ({ org, space }) => [
    { on: "here", line: quote(["cf", "create-space", space, "-o", org]) },
    {
      on: "here",
      line: said(`only if it was there and you are no developer of it: ${becomeDeveloper(org, space)}`),
    },
  ],
  async guard(context, { org, org_guid }) {
    const name = await context.ports.cf.orgName(org_guid);
    if (name !== org) throw otherOrganization({ org, org_guid }, name);
  },
  async run(context, { org_guid: orgGuid, ...place }): Promise<Output> {
    const { cf } = context.ports;
    const request = { ...place, orgGuid };
    let made = false;
    const before = await cf.findSpace(place);
    if (before === undefined || !(await cf.mayDevelop(before.guid))) {
      if (before === undefined)
        await context.record("space-was-missing", { ...place, at: context.ports.clock.now().toISOString() });
      await context.beforeEffect();
      made = (await cf.createSpace(request)) === "made";
    }
    const found = await cf.findSpace(place);
    if (made && found !== undefined) await context.record("space-made", { guid: found.guid });
    if (found !== undefined) return { space_guid: found.guid };
    throw giveUp("step-failed", `there is still no space "${request.space}" in "${request.org}"`)
      .at(`${request.org}/${request.space}`)
      .advise(`Make it with ${quote(["cf", "create-space", request.space, "-o", request.org])}, then resume.`);
  },
  async probe(context, request): Promise<Probe<Output>> {
    const found = await context.ports.cf.findSpace(request);
    if (found === undefined)
      return { state: "not-done", evidence: `the organization "${request.org}" has no space "${request.space}"` };
    const evidence = `"${request.space}" is ${found.guid}`;
    if (found.orgGuid !== request.org_guid)
      return {
        state: "unknown",
        evidence: `${evidence}, and "${request.org}" another organization (${found.orgGuid})`,
      };
    if (!(await context.ports.cf.mayDevelop(found.guid)))
      return { state: "partly", evidence: `${evidence}, and our user is no developer of it` };
    return { state: "done", output: { space_guid: found.guid }, evidence };
  },
});

function otherOrganization({ org, org_guid }: Pick<Input, "org" | "org_guid">, now: string | undefined): RecoverError {
  const found = now === undefined ? "is gone" : `is called "${now}"`;
  return refuse("guard-refused", `the organization "${org_guid}" ${found}, not "${org}"`)
    .at(org)
    .advise("The space is made again where it was: look at cf orgs, then begin anew with the organization's name.");
}

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
