/** The end of a restore that went wrong: a database that is not the archive's writes over the copy while it runs. */
import type { Context } from "../../../action.ts";
import { type RecoverError, refuse } from "../../../errors.ts";
import { printedLogs } from "../../../kit/commands/host-commands.ts";
import type { Cell, Container } from "../../../ports/cells.ts";
import { guardTarget, type Target } from "../docker/target-container.ts";

export const STOP_GRACE_SECONDS = 10;

/** The error that tells the fault, and the container as it stands after it. Throws the errors of the stop. */
export async function stopWrong(context: Context, target: Target, wrong: string): Promise<RecoverError> {
  const { cell, container } = await guardTarget(context, target);
  const state = await stopOnce(context, cell, container);
  return refuse("proof-failed", `the restore went wrong: ${wrong}. ${state}`)
    .at(`${target.container} on ${cell.label}`)
    .advise(
      `The source archive is untouched. Read ${printedLogs(target.container)} on the cell, take this run back with "dingo-recover undo ${context.run.id}", or begin anew with --input new_name=NAME.`,
    );
}

/** Once only: who starts it after that has been told, and is left alone. */
async function stopOnce(
  context: Context,
  cell: Cell,
  { name, running, startedAt, exitCode }: Container,
): Promise<string> {
  if (!running) return `The container has ended by itself (exit code ${exitCode}).`;
  const stopped = context.records("stopped-at-once");
  if (stopped.some(({ life }) => life !== startedAt))
    return `The container runs since ${startedAt}: somebody started it after this run had stopped it.`;
  if (stopped.length === 0) await context.record("stopped-at-once", { life: startedAt });
  await context.beforeEffect();
  await cell.docker.stop(name, STOP_GRACE_SECONDS);
  const now = await cell.docker.inspect(name);
  return now?.running === false
    ? "This run stopped the container, to spare the copied archive."
    : `This run asked for a stop of the container, and it is ${now?.status ?? "gone"}.`;
}
