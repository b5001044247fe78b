/** What the run made for itself is stopped and removed: a copy, of which the original is still there. */
import type { Context } from "../../action.js";
import { fillerName } from "../../database-copy-commands.js";
import { openCopies } from "./copied.js";
import { ownVolume } from "./own-volume.js";
import type { DockerPlace } from "../../ports/docker-host.js";

/** Ends the container of that name, and removes the volume of that name; nothing where neither is there. */
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
