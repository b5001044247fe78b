import type { Context, Probe } from "../../../action.ts";
import { giveUp, type RecoverError } from "../../../errors.ts";
import type { CredentialBinding } from "../../../ports/cloud-foundry.ts";
import { waitFor } from "../../../kit/wait.ts";

/** A broker may bind while it is asked how it stands; Cloud Foundry asks it as rarely as once a minute. */
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
      giveUp("deadline-passed", `${what} was not made within 5 minutes`, what).advise(
        "Look at it with cf service and at the broker's log; when it is there, resume.",
      ),
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
  return giveUp("step-failed", `Cloud Foundry could not make ${what}: ${why}`, what).advise(
    "Look at the broker's log, then resume.",
  );
}
