import { z } from "zod";
import { type Context, defineAction } from "../../action.js";
import { RecoverError } from "../../errors.js";
import type { CfPlan, CfSpace } from "../../ports/cloud-foundry.js";
import { quote } from "../../shell-quote.js";
import { nameTaken } from "./name-taken.js";
import { containersOf } from "../docker/locate-container.js";

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
});
type Input = z.infer<typeof input>;
const output = z.object({
  target: z.string(),
  org: z.string(),
  space: z.string(),
  space_guid: z.string(),
  name: z.string(),
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
    `${found.target} is free; ${found.offering}/${found.plan}${found.apps.length === 0 ? "" : `; bound then: ${found.apps.join(", ")}`}`,
  describe: ({ org, space, name, service }) => [
    { on: "here", line: quote(["cf", "target", "-o", org, "-s", space]) },
    { on: "here", line: quote(["cf", "service", name || service]) },
    { on: "here", line: "cf marketplace" },
  ],
  async run(context, request): Promise<Output> {
    const space = await findSpace(context, request);
    const name = request.name || request.service;
    await refuseTakenName(context, { space, name, deployment: request.deployment });
    const plan = await findPlan(context, space, request);
    const apps = await findApps(context, space, request);
    return {
      target: `${space.orgName}/${space.name}/${name}`,
      org: space.orgName,
      space: space.name,
      space_guid: space.guid,
      name,
      offering: plan.offering,
      plan: plan.name,
      apps,
    };
  },
});

async function findSpace(context: Context, { org, space, deleted_org_guid }: Input): Promise<CfSpace> {
  const found = await context.ports.cf.findSpace({ org, space });
  if (found === undefined) {
    throw new RecoverError("nothing-found", `there is no space "${space}" in the organization "${org}"`, {
      remedy: `Create it again with ${quote(["cf", "create-space", space, "-o", org])}, then run this again.`,
      place: `${org}/${space}`,
      effect: "none",
    });
  }
  if (deleted_org_guid === "" || found.orgGuid === deleted_org_guid) return found;
  throw new RecoverError(
    "guard-refused",
    `the deleted instance belonged to another organization (${deleted_org_guid}) than "${org}"`,
    {
      remedy: "Give the organization and the space that it was in.",
      place: `${org}/${space}`,
      effect: "none",
    },
  );
}

interface WantedName {
  readonly space: CfSpace;
  readonly name: string;
  readonly deployment: string;
}

/** A taken name is looked at, so that the wreck of a recovery by hand is told from a healthy database. */
async function refuseTakenName(context: Context, { space, name, deployment }: WantedName): Promise<void> {
  const taken = await context.ports.cf.findInstance(space.guid, name);
  if (taken === undefined) return;
  const containers = await containersOf(context, deployment, taken.guid);
  const looping = containers.find(({ container }) => container.restartCount > 1 || container.status === "restarting");
  if (looping !== undefined) {
    const lines = await looping.cell.docker.logs(looping.container.name, recentLives(looping.container.startedAt));
    const mismatch = lines.findLast((line) => line.includes("system ID mismatch"));
    throw new RecoverError(
      "wreck-found",
      `"${name}" (${taken.guid}) is the wreck of a recovery: Docker restarted ${looping.container.name} ${looping.container.restartCount} times${mismatch === undefined ? "" : `; ${mismatch.trim()}`}`,
      {
        remedy:
          "Its data directory holds another system identifier than /service/GUID/initialize in etcd; it is left as it is. Recover into a fresh instance with --input new_name=NAME.",
        place: `${looping.container.name} on ${looping.cell.label}`,
        effect: "none",
      },
    );
  }
  throw nameTaken(taken, `${space.orgName}/${space.name}/${name}`);
}

/** This life may not have come to its end yet; Docker waits a minute at most between two. */
const LIVES_MS = 10 * 60_000;

function recentLives(startedAt: string): string {
  const started = Date.parse(startedAt);
  return Number.isNaN(started) ? startedAt : new Date(started - LIVES_MS).toISOString();
}

async function findPlan(context: Context, space: CfSpace, request: Input): Promise<CfPlan> {
  const offering = request.offering || request.deleted_offering;
  const plan = request.plan || request.deleted_plan;
  const all = await context.ports.cf.listPlans(space);
  // Logs alone do not name offering and plan: what is not known may be anything, and must leave exactly one.
  const fitting = all.filter(
    (each) => each.available && (offering === "" || each.offering === offering) && (plan === "" || each.name === plan),
  );
  if (fitting.length === 1 && fitting[0] !== undefined) return fitting[0];
  const plans = all.map((each) => `${each.offering}/${each.name}`);
  throw new RecoverError(
    "input-invalid",
    `the plan "${plan}" of the offering "${offering}" cannot be used in this space`,
    {
      remedy: `Choose one with --input offering=… --input plan=…; there are: ${plans.join(", ") || "none"}.`,
      place: "offering, plan",
      effect: "none",
    },
  );
}

/** Apps are named by the operator, or were bound at the time of the deletion; of the latter, those that still exist count. */
async function findApps(context: Context, space: CfSpace, { apps, bound_apps }: Input): Promise<string[]> {
  const existing = await context.ports.cf.apps(space.guid);
  const missing = apps.filter((name) => !existing.some((app) => app.name === name));
  if (missing.length > 0) {
    throw new RecoverError("input-invalid", `there is no application "${missing.join('", "')}" in "${space.name}"`, {
      remedy: "Correct --input apps=…, or leave it out and bind the applications later.",
      place: "apps",
      effect: "none",
    });
  }
  if (apps.length > 0) return [...apps];
  return existing.filter((app) => bound_apps.includes(app.guid)).map((app) => app.name);
}
