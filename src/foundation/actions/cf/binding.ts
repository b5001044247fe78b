/** The service keys and bindings of applications that a run makes, and their ways back: only the run's own are taken away. */
import type { Context, Probe, UndoProbe, WayBack } from "../../../action.ts";
import { giveUp, type RecoverError } from "../../../errors.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import type { CredentialBinding } from "../../../ports/cloud-foundry.ts";
import { waitFor } from "../../../kit/wait.ts";
import { guardInstance, guardLiving } from "../docker/target-container.ts";

/** A broker may bind or unbind while it is asked how it stands; Cloud Foundry asks it as rarely as once a minute. */
const DEADLINE_MS = 5 * 60_000;
const POLL_MS = 1_000;

type Find = () => Promise<CredentialBinding | undefined>;

/** The GUID of a binding that was asked for, once its broker is done. Errors: `step-failed`, `deadline-passed`. */
export async function awaitBinding(context: Context, what: string, find: Find): Promise<string> {
  return await waitFor(context, {
    deadlineMs: DEADLINE_MS,
    pollMs: POLL_MS,
    look: async () => {
      const binding = await find();
      if (binding?.lastOperation.state === "succeeded") return { found: binding.guid };
      if (binding === undefined || binding.lastOperation.state === "failed") throw failed(what, binding);
      return { instead: binding.lastOperation.description };
    },
    tell: (description) => `waiting for the broker: ${description || "in progress"}`,
    late: () =>
      giveUp("deadline-passed", `${what} was not made within 5 minutes`)
        .at(what)
        .advise("Look at it with cf service and at the broker's log; when it is there, resume."),
  });
}

/** The state of a binding that may have been asked for. If it is under way, the next run waits for it. */
export function probeBinding<O>(
  what: string,
  binding: CredentialBinding | undefined,
  output: (guid: string) => O,
): Probe<O> {
  if (binding === undefined) return { state: "not-done", evidence: `Cloud Foundry does not have ${what}` };
  const { state, description } = binding.lastOperation;
  const evidence = `${what} is ${binding.guid}, ${state}`;
  switch (state) {
    case "succeeded":
      return { state: "done", output: output(binding.guid), evidence };
    case "initial":
    case "in progress":
      return { state: "partly", evidence };
    case "failed":
      return { state: "not-done", evidence: `${evidence}: ${description}` };
  }
}

function failed(what: string, binding: CredentialBinding | undefined): RecoverError {
  const why = binding === undefined ? "it is not there" : binding.lastOperation.description || "without a reason";
  return giveUp("step-failed", `Cloud Foundry could not make ${what}: ${why}`)
    .at(what)
    .advise("Look at the broker's log, then resume.");
}

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
    async run(context, { input }) {
      const found = await find(context, input);
      if (found === undefined) return;
      if (!isGoing(found)) {
        await context.beforeEffect();
        await remove(context, input);
      }
      await awaitGone(context, titleOf(input, context.run.id), () => find(context, input));
    },
  };
}

const isGoing = ({ lastOperation: { type, state } }: CredentialBinding): boolean =>
  type === "delete" && (state === "in progress" || state === "initial");

async function awaitGone(context: Context, what: string, find: Find): Promise<void> {
  await waitFor(context, {
    deadlineMs: DEADLINE_MS,
    pollMs: POLL_MS,
    look: async () => {
      const found = await find();
      if (found === undefined) return { found: what };
      const { state, description } = found.lastOperation;
      if (isGoing(found) || state !== "failed") return { instead: found };
      throw giveUp("step-failed", `Cloud Foundry could not remove ${what}: ${description}`)
        .at(what)
        .advise("Look at the broker's log, then go on.");
    },
    tell: () => "waiting for the broker",
    late: () =>
      giveUp("deadline-passed", `${what} was not removed within 5 minutes`)
        .at(what)
        .advise("Look at it with cf service and at the broker's log; when it is gone, go on."),
  });
}
