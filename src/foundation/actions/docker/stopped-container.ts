import type { Context } from "../../../action.ts";
import { refuse } from "../../../errors.ts";
import type { Cell, Container } from "../../../ports/cells.ts";
import { guardTarget, type Target } from "./target-container.ts";

/** Between two lives that Docker gives it, it is not stopped: releases differ in whether they call it running then. */
export function isStopped({ running, status }: Container): boolean {
  return !running && status !== "restarting";
}

/** As `guardTarget`; throws `guard-refused` as well while the container runs: then its archive, keys and data are in use. */
export async function guardStopped(context: Context, target: Target): Promise<{ cell: Cell; container: Container }> {
  const opened = await guardTarget(context, target);
  const { container, cell } = opened;
  if (isStopped(container)) return opened;
  throw refuse("guard-refused", `the container "${container.name}" is ${container.status}`)
    .at(`${container.name} on ${cell.label}`)
    .advise("Find out who started it and stop it, then go on.");
}
