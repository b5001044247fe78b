/**
 * A runbook for a command that speaks before it acts. A plan needs the names of actions alone: all actions together take as long to
 * load as the rest of a start.
 */
import type { AnyAction } from "../../action.ts";
import type { Runbook } from "../../engine/runbook/runbook.ts";
import type { Actions } from "../../engine/runbook/step.ts";
import { checkedRunbook } from "./checked-runbook.ts";
import { fileOf } from "./runbook-files.ts";

/** As `openRunbook`. The actions of a shipped one can be used after `loadActions`. */
export async function plannedRunbook(nameOrFile: string): Promise<Runbook> {
  return checkedRunbook(fileOf(nameOrFile), LATER) ?? (await import("./shipped-runbooks.ts")).openRunbook(nameOrFile);
}

export async function loadActions(): Promise<void> {
  actions = (await import("../../wiring/registry.ts")).REGISTRY;
}

let actions: Actions | undefined;

/** The build knew every action that it names. */
const LATER: Pick<Actions, "has" | "get"> = {
  has: () => true,
  get: (id): AnyAction | undefined => {
    if (actions === undefined) throw new Error(`the action ${id} is used before it is loaded`);
    return actions.get(id);
  },
};
