/** Volumes of the run's own are known by their label, never by their name alone (law 7). */
import type { Context } from "../../../action.ts";
import { RUN_LABEL } from "../../../kit/commands/docker-work-commands.ts";
import type { DockerPlace, DockerVolume } from "../../../ports/docker-host.ts";
import { openCopies, refuse } from "./copied.ts";

/** Undefined if there is none. Throws `guard-refused` if somebody else's has that name. */
export async function ownVolume(context: Context, at: DockerPlace, name: string): Promise<DockerVolume | undefined> {
  const { host } = await openCopies(context, at);
  const found = (await host.volumes()).find((volume) => volume.name === name);
  if (found === undefined || found.labels[RUN_LABEL] === context.run.id) return found;
  throw refuse(
    `the volume "${name}" is not this run's`,
    name,
    "Nothing was changed. Look at it with `docker volume inspect`.",
  );
}

/** The mark of a copy is written when all of it is on disk. */
export async function isWhole(context: Context, at: DockerPlace, name: string): Promise<boolean> {
  const volume = await ownVolume(context, at, name);
  if (volume === undefined) return false;
  const { host } = await openCopies(context, at);
  const [looked] = await host.look([{ key: name, path: volume.mountpoint }], {
    entries: 1,
    files: [{ path: "complete", bytes: 16 }],
  });
  return looked?.state === "seen" && looked.files.some((file) => file.path === "complete" && file.size > 0);
}
