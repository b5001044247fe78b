import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../../action.ts";
import { giveUp } from "../../../errors.ts";
import type { LastOperation, ServiceInstance } from "../../../ports/cloud-foundry.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { runTag } from "../cf/run-tag.ts";
import { waitAtMost, waitFor } from "../../../kit/wait.ts";
import { ownKeys, requireOwnService } from "./own-service.ts";

/** As long as a create is waited for: a broker stops and removes container after container. */
const DEADLINE_MS = 15 * 60_000;
/** A delete whose process was killed can still be on its way to Cloud Foundry. */
const LATE_ARRIVAL_MS = 10_000;
const POLL_MS = 1_000;

const input = z.strictObject({
  guid: z.guid(),
  org: z.string(),
  space: z.string(),
  space_guid: z.string(),
  name: z.string(),
  /** This run, for the printed commands. */
  run: z.string(),
});
type Input = z.infer<typeof input>;
/** By this machine's clock: when it was seen to be gone. */
const output = z.object({ guid: z.guid(), deleted_at: z.string() });
type Output = z.infer<typeof output>;

/**
 * The point of no return of a drill: from here until the recovery has ended its rows are only in the archive. The broker
 * keeps the archive of a deleted instance (dingo.md §1.13). The run's own key goes first: nothing is to hold the service.
 */
export const deleteDrillService = defineAction({
  id: "drill.delete-service",
  title: "Delete the drill's own service",
  effect: "destroy",
  input,
  output,
  undo: {
    leaves:
      "it stays deleted, and its rows are in its archive alone until the recovery has ended; they are the drill's own",
    final: true,
  },
  describe: ({ org, space, name, run }) => [
    { on: "here", line: quote(["cf", "target", "-o", org, "-s", space]) },
    { on: "here", line: quote(["cf", "delete-service-key", name, runTag(run), "-f"]) },
    { on: "here", line: quote(["cf", "delete-service", name, "-f"]) },
  ],
  async guard(context, request) {
    const instance = await context.ports.cf.getInstance(request.guid);
    // An instance that is gone, or is going because of this step, cannot be harmed.
    if (wasAsked(context, request) && (instance === undefined || isGoing(instance))) return;
    await requireOwnService(context, request);
  },
  async run(context, request): Promise<Output> {
    const instance = await context.ports.cf.getInstance(request.guid);
    if (instance !== undefined && !isGoing(instance)) await remove(context, request);
    await awaitGone(context, request);
    return { guid: request.guid, deleted_at: context.ports.clock.now().toISOString() };
  },
  probe: probeDeleted,
  async verify(context, { guid, name }) {
    const found = await context.ports.cf.getInstance(guid);
    const evidence = `Cloud Foundry has ${found === undefined ? "no" : "an"} instance ${guid} ("${name}")`;
    return { holds: found === undefined, evidence };
  },
});

async function remove(context: Context, request: Input): Promise<void> {
  const { cf } = context.ports;
  const { guid, org, space, name: instance } = request;
  const at = { in: { org, space }, instance, guid };
  for (const key of (await ownKeys(context, guid)).own) {
    await context.beforeEffect();
    await cf.deleteServiceKey({ ...at, key });
  }
  // The command goes by the name: the instance with the name must be the one with the GUID.
  await requireOwnService(context, request);
  await context.record("deleting", { guid, name: instance });
  await context.beforeEffect();
  await cf.deleteService(at);
}

const isGoing = ({ lastOperation: { type, state } }: ServiceInstance): boolean =>
  type === "delete" && (state === "in progress" || state === "initial");

const wasAsked = (context: Context, { guid }: Input): boolean =>
  context.records("deleting").some((note) => note["guid"] === guid);

const hasFailed = ({ type, state }: LastOperation): boolean => type === "delete" && state === "failed";

async function probeDeleted(context: Context, request: Input): Promise<Probe<Output>> {
  const found = await lateEnd(context, request);
  const { guid, name } = request;
  if (found === undefined)
    return {
      state: "done",
      output: { guid, deleted_at: context.ports.clock.now().toISOString() },
      evidence: `Cloud Foundry has no instance ${guid} any more`,
    };
  const { type, state, description } = found.lastOperation;
  const evidence = `"${name}" (${guid}): ${type} ${state}`;
  if (isGoing(found)) return { state: "partly", evidence };
  if (hasFailed(found.lastOperation)) return { state: "unknown", evidence: `${evidence}: ${description}` };
  return { state: "not-done", evidence };
}

/** Only if a delete was sent is it waited for. */
async function lateEnd(context: Context, request: Input): Promise<ServiceInstance | undefined> {
  const last = await waitAtMost<ServiceInstance | undefined, ServiceInstance>(context, {
    deadlineMs: wasAsked(context, request) ? LATE_ARRIVAL_MS : 0,
    pollMs: POLL_MS,
    look: async () => {
      const found = await context.ports.cf.getInstance(request.guid);
      return found === undefined || found.lastOperation.type === "delete" ? { found } : { instead: found };
    },
  });
  return "found" in last ? last.found : last.instead;
}

async function awaitGone(context: Context, { guid, name }: Input): Promise<void> {
  await waitFor(context, {
    deadlineMs: DEADLINE_MS,
    pollMs: POLL_MS,
    look: async () => {
      const found = await context.ports.cf.getInstance(guid);
      if (found === undefined) return { found: guid };
      const { description } = found.lastOperation;
      if (!hasFailed(found.lastOperation)) return { instead: description };
      throw giveUp("step-failed", `Cloud Foundry could not delete "${name}": ${description}`)
        .at(guid)
        .advise("Look at cf service and at the broker's log, then resume.");
    },
    tell: (description) => description || "delete in progress",
    late: () =>
      giveUp("deadline-passed", `"${name}" was not deleted within 15 minutes`)
        .at(guid)
        .advise("Look at cf service and at the broker's log; when it is gone, resume."),
  });
}
