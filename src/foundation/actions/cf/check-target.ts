import { z } from "zod";
import { type Context, defineAction, type PrintedCommand } from "../../../action.ts";
import { refuse } from "../../../errors.ts";
import type { CfPlan, CfSpace } from "../../../ports/cloud-foundry.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { whereEmpty } from "../../../kit/commands/printed-cases.ts";
import { chooseName } from "./taken-name.ts";

const input = z.strictObject({
  org: z.string(),
  space: z.string(),
  name: z.string(),
  service: z.string(),
  offering: z.string(),
  plan: z.string(),
  deleted_offering: z.string(),
  deleted_plan: z.string(),
  deleted_org_guid: z.string(),
  apps: z.array(z.string()),
  bound_apps: z.array(z.string()),
  deployment: z.string(),
  deleted_at: z.string().default(""),
});
type Input = z.infer<typeof input>;
const output = z.object({
  target: z.string(),
  org: z.string(),
  space: z.string(),
  /** "" if the space is missing. */
  space_guid: z.string(),
  /** It went too, in an organization that is the one it was in: it can be made again. */
  missing: z.boolean(),
  name: z.string(),
  /** GUID of the empty instance that is adopted; "" if a new one is made. */
  adopt: z.string(),
  /** GUID of the instance that gives `final_name` away at the end; "" for none. */
  exchange_with: z.string(),
  final_name: z.string(),
  offering: z.string(),
  plan: z.string(),
  apps: z.array(z.string()),
});
type Output = z.infer<typeof output>;

export const checkTarget = defineAction({
  id: "cf.check-target",
  title: "See that the space, the plan and the name are there to be used",
  effect: "read",
  input,
  output,
  tell: (found) =>
    `${found.missing ? `the space is not there any more, and is made again; ` : ""}${found.target} is ${found.adopt === "" ? "free" : `adopted (${found.adopt})`}; ${found.offering}/${found.plan}${found.apps.length === 0 ? "" : `; applications at the deletion: ${found.apps.join(", ")}`}`,
  describe: ({ org, space, name, service }) => [
    { on: "here", line: quote(["cf", "target", "-o", org, "-s", space]) },
    ...whereEmpty(name, { empty: [lookedUp(service)], given: [lookedUp(name)] }),
    { on: "here", line: "cf marketplace" },
  ],
  async run(context, request): Promise<Output> {
    const space = await findSpace(context, request);
    if (space === undefined) return inMissingSpace(request);
    const name = request.name || request.service;
    const { deployment, deleted_at: deletedAt } = request;
    const chosen = await chooseName(context, { space, name, deployment, deletedAt });
    const plan = await findPlan(context, space, request);
    const apps = await findApps(context, space, request);
    return {
      target: `${space.orgName}/${space.name}/${chosen.name}`,
      org: space.orgName,
      space: space.name,
      space_guid: space.guid,
      missing: false,
      name: chosen.name,
      adopt: chosen.adopt,
      exchange_with: chosen.exchangeWith,
      final_name: chosen.exchangeWith === "" ? chosen.name : name,
      offering: plan.offering,
      plan: plan.name,
      apps,
    };
  },
});

const lookedUp = (name: string): PrintedCommand => ({ on: "here", line: quote(["cf", "service", name]) });

/** Undefined if it is missing from the very organization that it was in. */
async function findSpace(context: Context, { org, space, deleted_org_guid }: Input): Promise<CfSpace | undefined> {
  const { cf } = context.ports;
  const found = await cf.findSpace({ org, space });
  if (found === undefined && deleted_org_guid !== "" && (await cf.orgName(deleted_org_guid)) === org) return undefined;
  if (found === undefined) {
    throw refuse("nothing-found", `there is no space "${space}" in the organization "${org}"`)
      .at(`${org}/${space}`)
      .advise(`Create it again with ${quote(["cf", "create-space", space, "-o", org])}, then run this again.`);
  }
  if (deleted_org_guid === "" || found.orgGuid === deleted_org_guid) return found;
  throw refuse(
    "guard-refused",
    `the deleted instance belonged to another organization (${deleted_org_guid}) than "${org}"`,
  )
    .at(`${org}/${space}`)
    .advise("Give the organization and the space that it was in.");
}

/** Nothing in it can be looked at: no name is taken, no application is there, and Cloud Foundry checks the plan. */
function inMissingSpace(request: Input): Output {
  const { org, space, service, apps } = request;
  const name = request.name || service;
  const offering = request.offering || request.deleted_offering;
  const plan = request.plan || request.deleted_plan;
  const lacking = offering === "" ? "offering" : plan === "" ? "plan" : apps.length > 0 ? "apps" : undefined;
  if (lacking === undefined)
    return {
      ...{ target: `${org}/${space}/${name}`, org, space, space_guid: "", missing: true, name },
      ...{ adopt: "", exchange_with: "", final_name: name, offering, plan, apps: [] },
    };
  throw refuse("input-invalid", `the space "${space}" is not there, so that "${lacking}" cannot be found in it`)
    .at(lacking)
    .advise(
      lacking === "apps"
        ? "Leave --input apps=… out, and bind the applications when they are there again."
        : "Give --input offering=… and --input plan=….",
    );
}

async function findPlan(context: Context, space: CfSpace, request: Input): Promise<CfPlan> {
  const offering = request.offering || request.deleted_offering;
  const plan = request.plan || request.deleted_plan;
  const all = await context.ports.cf.listPlans(space);
  // Logs alone do not name offering and plan: an unknown one may be any, and exactly one must fit.
  const fitting = all.filter(
    (each) => each.available && (offering === "" || each.offering === offering) && (plan === "" || each.name === plan),
  );
  if (fitting.length === 1 && fitting[0] !== undefined) return fitting[0];
  const plans = all.map((each) => `${each.offering}/${each.name}`);
  throw refuse("input-invalid", `the plan "${plan}" of the offering "${offering}" cannot be used in this space`)
    .at("offering, plan")
    .advise(`Choose one with --input offering=… --input plan=…; there are: ${plans.join(", ") || "none"}.`);
}

/** Apps are named by the operator, or were bound at the time of the deletion; of the latter, those that still exist count. */
async function findApps(context: Context, space: CfSpace, { apps, bound_apps }: Input): Promise<string[]> {
  const existing = await context.ports.cf.apps(space.guid);
  const missing = apps.filter((name) => !existing.some((app) => app.name === name));
  if (missing.length > 0) {
    throw refuse("input-invalid", `there is no application "${missing.join('", "')}" in "${space.name}"`)
      .at("apps")
      .advise("Correct --input apps=…, or leave it out and bind the applications later.");
  }
  if (apps.length > 0) return [...apps];
  return existing.filter((app) => bound_apps.includes(app.guid)).map((app) => app.name);
}
