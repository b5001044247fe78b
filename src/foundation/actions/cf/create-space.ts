import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../../action.ts";
import { giveUp, type RecoverError, refuse } from "../../../errors.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { said } from "../../../kit/commands/printed-cases.ts";
import { undoSpace } from "./undo-space.ts";

const input = z.strictObject({
  org: z.string(),
  space: z.string(),
  /** Of the organization: a name can be given to another one. */
  org_guid: z.string(),
});
type Input = z.infer<typeof input>;
const output = z.object({ space_guid: z.string() });
type Output = z.infer<typeof output>;

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
      line: said(`only where it was there and you are no developer of it: ${becomeDeveloper(org, space)}`),
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
  probe: probeSpace,
  async verify(context, request, output) {
    const probe = await probeSpace(context, request);
    return { holds: probe.state === "done" && probe.output.space_guid === output.space_guid, evidence: probe.evidence };
  },
});

async function probeSpace(context: Context, request: Input): Promise<Probe<Output>> {
  const found = await context.ports.cf.findSpace(request);
  if (found === undefined)
    return { state: "not-done", evidence: `the organization "${request.org}" has no space "${request.space}"` };
  const evidence = `"${request.space}" is ${found.guid}`;
  if (found.orgGuid !== request.org_guid)
    return { state: "unknown", evidence: `${evidence}, and "${request.org}" another organization (${found.orgGuid})` };
  if (!(await context.ports.cf.mayDevelop(found.guid)))
    return { state: "partly", evidence: `${evidence}, and our user is no developer of it` };
  return { state: "done", output: { space_guid: found.guid }, evidence };
}

function otherOrganization({ org, org_guid }: Pick<Input, "org" | "org_guid">, now: string | undefined): RecoverError {
  const found = now === undefined ? "is gone" : `is called "${now}"`;
  return refuse("guard-refused", `the organization "${org_guid}" ${found}, not "${org}"`)
    .at(org)
    .advise("The space is made again where it was: look at cf orgs, then begin anew with the organization's name.");
}
