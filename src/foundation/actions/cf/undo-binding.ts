/** The ways back of a service key and of an application's binding: only those that this run made are taken away. */
import type { Context, Taken, UndoProbe, WayBack } from "../../../action.ts";
import { giveUp } from "../../../errors.ts";
import type { CredentialBinding } from "../../../ports/cloud-foundry.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { guardInstance, guardLiving } from "../docker/target-container.ts";
import { waitFor } from "../../../kit/wait.ts";
import { runTag } from "./run-tag.ts";

/** A broker may unbind while it is asked how it stands; Cloud Foundry asks it as rarely as once a minute. */
const DEADLINE_MS = 5 * 60_000;
const POLL_MS = 1_000;

interface Input {
  readonly guid: string;
  readonly org: string;
  readonly space: string;
  readonly name: string;
  /** It was there before the run. */
  readonly living?: boolean;
}

interface BindingOptions<I extends Input> {
  readonly cost: string;
  /** "the service key X", for people. */
  readonly titleOf: (input: I, run: string) => string;
  readonly command: (input: I, run: string) => readonly string[];
  /** Undefined if there is none of this run. */
  readonly find: (context: Context, input: I) => Promise<CredentialBinding | undefined>;
  readonly remove: (context: Context, input: I) => Promise<void>;
}

export function undoBinding<I extends Input>(options: BindingOptions<I>): WayBack<I, unknown> {
  const { cost, titleOf, command, find, remove } = options;
  return {
    effect: "disrupt",
    cost,
    describe: (input, run) => [
      { on: "here", line: quote(["cf", "target", "-o", input.org, "-s", input.space]) },
      { on: "here", line: quote(command(input, run)) },
    ],
    guard: async (context, { input: { guid, name, living = false } }) => {
      await (living ? guardLiving : guardInstance)(context, guid, name);
    },
    async probe(context, { input }): Promise<UndoProbe> {
      const what = titleOf(input, context.run.id);
      const found = await find(context, input);
      if (found === undefined) return { state: "done", evidence: `${what} is not there` };
      const { type, state } = found.lastOperation;
      const evidence = `${what} is ${found.guid}, ${type} ${state}`;
      return { state: isGoing(found) ? "partly" : "not-done", evidence };
    },
    async run(context, taken) {
      const found = await find(context, taken.input);
      if (found === undefined) return;
      if (!isGoing(found)) {
        await context.beforeEffect();
        await remove(context, taken.input);
      }
      await awaitGone(context, taken, options);
    },
  };
}

const isGoing = ({ lastOperation: { type, state } }: CredentialBinding): boolean =>
  type === "delete" && (state === "in progress" || state === "initial");

async function awaitGone<I extends Input>(
  context: Context,
  { input }: Taken<I, unknown>,
  { find, titleOf }: BindingOptions<I>,
): Promise<void> {
  const what = titleOf(input, context.run.id);
  await waitFor(context, {
    deadlineMs: DEADLINE_MS,
    pollMs: POLL_MS,
    look: async () => {
      const found = await find(context, input);
      if (found === undefined) return { found: what };
      const { state, description } = found.lastOperation;
      if (isGoing(found) || state !== "failed") return { instead: found };
      throw giveUp("step-failed", `Cloud Foundry could not remove ${what}: ${description}`, what).advise(
        "Look at the broker's log, then go on.",
      );
    },
    tell: () => "waiting for the broker",
    late: () =>
      giveUp("deadline-passed", `${what} was not removed within 5 minutes`, what).advise(
        "Look at it with cf service and at the broker's log; when it is gone, go on.",
      ),
  });
}

/** The key that carries the run's tag as its name. */
export const undoServiceKey = undoBinding<Input>({
  cost: "removes the service key that this run made",
  titleOf: (_input, run) => `the service key "${runTag(run)}"`,
  command: ({ name }, run) => ["cf", "delete-service-key", name, runTag(run), "-f"],
  find: async (context, { guid }) =>
    (await context.ports.cf.bindings(guid)).find(({ type, name }) => type === "key" && name === runTag(context.run.id)),
  remove: (context, { guid, org, space, name }) =>
    context.ports.cf.deleteServiceKey({ in: { org, space }, instance: name, guid, key: runTag(context.run.id) }),
});

/** A binding that was there before the step is not this run's: then the step noted nothing. */
export const undoBind = undoBinding<Input & { readonly space_guid: string; readonly app: string }>({
  cost: "unbinds the application; the running one keeps the credentials that it was started with until it is restaged",
  titleOf: ({ app, name }) => `the binding of "${app}" to "${name}" by this run`,
  command: ({ app, name }) => ["cf", "unbind-service", app, name],
  async find(context, { guid, space_guid, app }) {
    if (context.records("binding-asked-for").length === 0) return undefined;
    const appGuid = (await context.ports.cf.apps(space_guid)).find(({ name }) => name === app)?.guid;
    if (appGuid === undefined) return undefined;
    return (await context.ports.cf.bindings(guid)).find((each) => each.type === "app" && each.appGuid === appGuid);
  },
  remove: (context, { guid, org, space, name, app }) =>
    context.ports.cf.unbindService({ in: { org, space }, app, instance: name, guid }),
});
