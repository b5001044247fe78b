/** Stops and removes the copy that the run made: its original is still there. */
import type { Context } from "../../../action.ts";
import { fillerName } from "../../../kit/commands/database-copy-commands.ts";
import { openCopies } from "./copied.ts";
import { ownVolume } from "./own-volume.ts";
import type { DockerPlace } from "../../../ports/docker-host.ts";

/** Ends the container of that name, and removes the volume of that name; nothing if neither is there. */
export async function removeCopy(context: Context, at: DockerPlace, name: string): Promise<void> {
  await endServer(context, at, fillerName(name));
  await endServer(context, at, name);
  if ((await ownVolume(context, at, name)) === undefined) return;
  const { copies } = await openCopies(context, at);
  await context.beforeEffect();
  await copies.removeVolume(name);
}

export async function endServer(context: Context, at: DockerPlace, name: string): Promise<void> {
  const { copies } = await openCopies(context, at);
  if (!(await copies.isThere(name, context.run.id))) return;
  await context.beforeEffect();
  await copies.end(name, context.run.id);
}
