import type { Context, Taken, UndoProbe, WayBack } from "../../../action.ts";
import { refuse } from "../../../errors.ts";
import type { ServiceInstance } from "../../../ports/cloud-foundry.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { guardInstance } from "../docker/target-container.ts";
import { waitAtMost, waitFor } from "../../../kit/wait.ts";
import { spaceOf } from "./space-of.ts";
import { runTag } from "./run-tag.ts";

/** As long as the wait for the create itself: an instance cannot be renamed while it is created. */
const DEADLINE_MS = 15 * 60_000;
/** A create whose process was killed can still be on its way to Cloud Foundry. */
const LATE_ARRIVAL_MS = 10_000;
const POLL_MS = 1_000;

interface Input {
  readonly org: string;
  readonly space: string;
  readonly space_guid: string;
  readonly name: string;
  /** Adopted instances were there before. */
  readonly adopt?: string;
}

interface Output {
  readonly guid: string;
}

const asideName = (name: string, run: string): string => `${name}-${runTag(run)}`;

/** A service instance is never deleted by an undo: it gives its name back and keeps our tag, so that `cleanup` and people find it. */
export const undoCreate: WayBack<Input, Output> = {
  effect: "create",
  cost: "renames the new service instance, so that its name is free again; it goes on running until somebody deletes it",
  describe: (input, run) => {
    const { org, space, name } = input;
    if (isAdopted(input)) return [];
    return [
      { on: "here", line: quote(["cf", "target", "-o", org, "-s", space]) },
      { on: "here", line: quote(["cf", "rename-service", name, asideName(name, run)]) },
    ];
  },
  async guard(context, taken) {
    if (isAdopted(taken.input)) return;
    const own = await findOwn(context, taken);
    if (own !== undefined && own.lastOperation.state !== "failed")
      await guardInstance(context, (await settled(context, taken, own)).guid);
  },
  async probe(context, taken): Promise<UndoProbe> {
    if (isAdopted(taken.input))
      return { state: "done", evidence: "it was there before: it keeps its name, and our tag" };
    const own = await lateArrival(context, taken);
    if (own === undefined) return { state: "done", evidence: "the space has no service instance of this run" };
    const { name } = taken.input;
    const evidence = `the service instance of this run is "${own.name}" (${own.guid})`;
    if (own.name === asideName(name, context.run.id)) return { state: "done", evidence };
    const { type, state, description } = own.lastOperation;
    // Cloud Foundry may refuse to rename an instance that it could not create: a person looks at it.
    if (state === "failed")
      return { state: "unknown", evidence: `${evidence}, its ${type} failed: ${description}${byHand(type, own.name)}` };
    return { state: own.name === name ? "not-done" : "unknown", evidence };
  },
  async run(context, taken) {
    if (isAdopted(taken.input)) return;
    const found = await findOwn(context, taken);
    if (found === undefined) return;
    const { org, space, name } = taken.input;
    const own = await settled(context, taken, found);
    if (own.name !== name) return;
    const to = asideName(name, context.run.id);
    await context.record("instance-renamed", { guid: own.guid, from: name, to });
    await context.beforeEffect();
    await context.ports.cf.renameService({ in: { org, space }, instance: name, guid: own.guid, to });
  },
};

/** An instance that was never created holds no data. */
const byHand = (type: string, name: string): string =>
  type === "create" ? `; remove what is left of it with "${quote(["cf", "delete-service", name, "-f"])}"` : "";

const isAdopted = ({ adopt = "" }: Input): boolean => adopt !== "";

/** Finds it by our tag, and by its GUID if the step ended: another instance with the name may be somebody else's. */
async function findOwn(
  context: Context,
  { input, output }: Taken<Input, Output>,
): Promise<ServiceInstance | undefined> {
  const tag = runTag(context.run.id);
  const space = await spaceOf(context, input);
  const instances = space === undefined ? [] : await context.ports.cf.listInstances(space);
  return instances.find(({ guid, tags }) => tags.includes(tag) && (output === undefined || guid === output.guid));
}

/** Only if a create was sent is its late arrival waited for. */
async function lateArrival(context: Context, taken: Taken<Input, Output>): Promise<ServiceInstance | undefined> {
  const last = await waitAtMost(context, {
    deadlineMs: taken.output === undefined && context.records("name-was-free").length > 0 ? LATE_ARRIVAL_MS : 0,
    pollMs: POLL_MS,
    look: async () => {
      const own = await findOwn(context, taken);
      return own === undefined ? { instead: undefined } : { found: own };
    },
  });
  return "found" in last ? last.found : undefined;
}

const hasEnded = ({ lastOperation: { state } }: ServiceInstance): boolean =>
  state === "succeeded" || state === "failed";

async function settled(
  context: Context,
  taken: Taken<Input, Output>,
  first: ServiceInstance,
): Promise<ServiceInstance> {
  if (hasEnded(first)) return first;
  return await waitFor(context, {
    deadlineMs: DEADLINE_MS,
    pollMs: POLL_MS,
    look: async () => {
      const own = await findOwn(context, taken);
      if (own === undefined) return { found: first };
      return hasEnded(own) ? { found: own } : { instead: own };
    },
    tell: () => "waiting for the end of the create",
    late: ({ name, guid, lastOperation: { type, state } }) =>
      refuse("deadline-passed", `"${name}" is still ${type} ${state}`)
        .at(guid)
        .advise("Look at cf service and at the broker's log; when the operation has ended, go on."),
  });
}
