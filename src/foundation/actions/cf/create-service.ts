import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../../action.ts";
import { giveUp, RecoverError, refuse } from "../../../errors.ts";
import type { ServiceInstance } from "../../../ports/cloud-foundry.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { containersOf } from "../docker/locate-container.ts";
import { waitAtMost, waitFor } from "../../../kit/wait.ts";
import { inspectTaken, nameTaken, refuseUsed } from "./inspect-taken.ts";
import { parametersOf, printedCreate } from "./printed-create.ts";
import { runTag } from "./run-tag.ts";
import { requireSpace, spaceOf } from "./space-of.ts";
import { undoCreate } from "./undo-create.ts";

/** A broker waits up to 300 s for each of its steps (dingo.md §1.5); Cloud Foundry asks it once a minute. */
const CREATED_DEADLINE_MS = 15 * 60_000;
/** A create whose process was killed can still be on its way to Cloud Foundry. */
const LATE_ARRIVAL_MS = 10_000;
const POLL_MS = 1_000;

const input = z.strictObject({
  org: z.string(),
  space: z.string(),
  space_guid: z.string(),
  offering: z.string(),
  plan: z.string(),
  name: z.string(),
  /** GUID of an empty instance that the operator adopts instead, by typing it; "" to make one. */
  adopt: z.string().default(""),
  /** The guard asks this deployment's cells again, right before, whether the adopted instance is empty. */
  deployment: z.string().default(""),
  deleted_at: z.string().default(""),
  /** Addresses of cells that it must be placed on; brokers from 0.9.0 know the parameter (dingo.md §6). */
  place_on: z.array(z.string()).default([]),
  /** Name that the broker's own clone-from is to look for in the space; "" for an empty instance. */
  clone_from: z.string().default(""),
  /** This run, for the printed commands. */
  run: z.string(),
});
type Input = z.infer<typeof input>;
const output = z.object({ guid: z.guid(), name: z.string(), created_at: z.string() });
type Output = z.infer<typeof output>;

/**
 * The CLI says OK for a name that is taken (cf-bosh.md §1.3), so nothing is believed but the instance that is read
 * back: it must carry our tag.
 */
export const createService = defineAction({
  id: "cf.create-service",
  title: "Create the new service instance with one node",
  effect: "create",
  input,
  output,
  undo: undoCreate,
  describe: (request) => [
    { on: "here", line: quote(["cf", "target", "-o", request.org, "-s", request.space]) },
    ...printedCreate(request),
    { on: "here", line: quote(["cf", "service", request.name]) },
  ],
  async guard(context, request) {
    const taken = await context.ports.cf.findInstance(await requireSpace(context, request), request.name);
    if (taken === undefined && request.adopt === "") return;
    if (taken !== undefined && isOurs(context, taken)) return;
    if (taken?.guid === request.adopt) return await refuseUsed(context, taken, request);
    throw taken === undefined
      ? refuse("guard-refused", `the instance "${request.name}" (${request.adopt}) that was to be adopted is gone`)
          .at(request.adopt)
          .advise("Begin anew: the name may be free now.")
      : nameTaken(taken, request.name);
  },
  async run(context, request): Promise<Output> {
    const { cf } = context.ports;
    if (request.adopt !== "") await adopt(context, request);
    const space_guid = await requireSpace(context, request);
    if ((await cf.findInstance(space_guid, request.name)) === undefined) {
      const there = (await cf.listInstances(space_guid)).map(({ guid }) => guid);
      await context.record("name-was-free", { name: request.name, space_guid, there });
      const { org, space, offering, plan, name } = request;
      await context.beforeEffect();
      await cf.createService({
        in: { org, space, guid: space_guid },
        offering,
        plan,
        name,
        tag: runTag(context.run.id),
        parameters: parametersOf(request),
      });
    }
    return await awaitCreated(context, { ...request, space_guid });
  },
  probe: probeCreated,
  /** cf does not wait for the broker either. */
  async probeByHand(context, request): Promise<Probe<Output>> {
    const found = await probeCreated(context, request);
    if (found.state !== "partly") return found;
    try {
      await awaitCreated(context, request);
    } catch (thrown) {
      // If Cloud Foundry could not create it, the probe says so too.
      if (!(thrown instanceof RecoverError) || thrown.code !== "step-failed") throw thrown;
    }
    return await probeCreated(context, request);
  },
  async verify(context, request, output) {
    const instance = await context.ports.cf.getInstance(output.guid);
    if (instance === undefined) return { holds: false, evidence: `${output.guid} is gone from Cloud Foundry` };
    const { type, state } = instance.lastOperation;
    const evidence = `"${instance.name}" (${instance.guid}): ${type} ${state}`;
    const use = await useSinceAdopted(context, instance, request);
    if (use !== undefined) return { holds: false, evidence: `${evidence}; in use now: ${use}` };
    return { holds: isOurs(context, instance) && state === "succeeded", evidence };
  },
});

/** From here on its tag shows whose it is (law 7): the same tag as that of an instance which this run created. */
async function adopt(context: Context, request: Input): Promise<void> {
  const { org, space, space_guid, name, adopt: guid, deployment } = request;
  const taken = await context.ports.cf.findInstance(space_guid, name);
  if (taken === undefined || taken.guid !== guid || isOurs(context, taken)) return;
  const [life = ""] = await livesOf(context, deployment, guid);
  await context.record("adopting", { guid, tags: [...taken.tags], life });
  await context.beforeEffect();
  await context.ports.cf.tagService({
    in: { org, space },
    instance: name,
    guid,
    tags: [...taken.tags, runTag(context.run.id)],
  });
}

/**
 * The use of an adopted instance; undefined while it is empty and unbound. Asked only while its container has the same
 * life as then: later this run has stopped it, and its data are the recovered ones.
 */
async function useSinceAdopted(
  context: Context,
  instance: ServiceInstance,
  { adopt: guid, deployment, deleted_at: deletedAt }: Input,
): Promise<string | undefined> {
  const life = context.records("adopting").at(-1)?.["life"];
  if (typeof life !== "string" || !(await livesOf(context, deployment, guid)).includes(life)) return undefined;
  const { adoptable, facts } = await inspectTaken(context, instance, { deployment, deletedAt });
  return adoptable ? undefined : facts.join("; ");
}

/** Since when each of its containers that run has run. */
async function livesOf(context: Context, deployment: string, guid: string): Promise<readonly string[]> {
  const containers = await containersOf(context, deployment, guid);
  return containers.flatMap(({ container }) => (container.running ? [container.startedAt] : []));
}

function isOurs(context: Context, instance: ServiceInstance): boolean {
  return instance.kind === "managed" && instance.tags.includes(runTag(context.run.id));
}

async function probeCreated(context: Context, request: Input): Promise<Probe<Output>> {
  const { name, adopt: guid } = request;
  const space = await spaceOf(context, request);
  const instance = space === undefined ? undefined : await lateArrival(context, space, name);
  if (instance === undefined)
    return { state: "not-done", evidence: `Cloud Foundry has no service instance "${name}" in the space` };
  const evidence = `"${name}" is ${instance.guid}, ${instance.lastOperation.type} ${instance.lastOperation.state}`;
  if (!isOurs(context, instance) && instance.guid === guid)
    return { state: "not-done", evidence: `${evidence}, not tagged yet` };
  if (!isOurs(context, instance)) return { state: "unknown", evidence: `${evidence}, without the tag of this run` };
  switch (instance.lastOperation.state) {
    case "succeeded":
      return { state: "done", output: outputOf(instance), evidence };
    case "initial":
    case "in progress":
      return { state: "partly", evidence };
    case "failed":
      return failed(context, instance, evidence);
  }
}

/** Of a failed create Cloud Foundry keeps a record with the name: nothing can be created in its place until that is gone. */
function failed(context: Context, instance: ServiceInstance, evidence: string): Probe<Output> {
  const { type, description } = instance.lastOperation;
  if (type !== "create") return { state: "unknown", evidence: `${evidence}: ${description}` };
  return { state: "partly", evidence: `not created: ${evidence}: ${description}. ${wayOnFrom(context, instance)}` };
}

function wayOnFrom(context: Context, { name }: ServiceInstance): string {
  return `Remove what is left of it with "${quote(["cf", "delete-service", name, "-f"])}", then go on with "dingo-recover resume ${context.run.id}": it is created anew.`;
}

/** Only if a create was sent is its late arrival waited for. */
async function lateArrival(context: Context, spaceGuid: string, name: string): Promise<ServiceInstance | undefined> {
  const last = await waitAtMost(context, {
    deadlineMs: context.records("name-was-free").length > 0 ? LATE_ARRIVAL_MS : 0,
    pollMs: POLL_MS,
    look: async () => {
      const instance = await context.ports.cf.findInstance(spaceGuid, name);
      return instance === undefined ? { instead: undefined } : { found: instance };
    },
  });
  return "found" in last ? last.found : undefined;
}

async function awaitCreated(context: Context, { space_guid, name }: Input): Promise<Output> {
  return await waitFor(context, {
    deadlineMs: CREATED_DEADLINE_MS,
    pollMs: POLL_MS,
    look: async () => {
      const instance = await context.ports.cf.findInstance(space_guid, name);
      if (instance === undefined) return { instead: "waiting for the instance to appear" };
      if (isCreated(context, instance)) return { found: outputOf(instance) };
      return { instead: instance.lastOperation.description || "create in progress" };
    },
    tell: (instead) => instead,
    late: () =>
      giveUp("deadline-passed", `"${name}" was not created within 15 minutes`)
        .at(name)
        .advise("Look at cf service and at the broker's log; when it is created, resume."),
  });
}

/** False while it is going on. Errors: `name-taken` if it is not ours, `step-failed`. */
function isCreated(context: Context, instance: ServiceInstance): boolean {
  const { name, guid, lastOperation } = instance;
  if (!isOurs(context, instance))
    throw giveUp("name-taken", `the service instance "${name}" that exists now was not created by this run (${guid})`)
      .at(name)
      .advise("Somebody created it at the same moment: run again with --input new_name=NAME.");
  if (lastOperation.state === "failed")
    throw giveUp("step-failed", `Cloud Foundry could not create "${name}": ${lastOperation.description}`)
      .at(guid)
      .advise(wayOnFrom(context, instance));
  return lastOperation.state === "succeeded";
}

function outputOf(instance: ServiceInstance): Output {
  return { guid: instance.guid, name: instance.name, created_at: instance.createdAt };
}
