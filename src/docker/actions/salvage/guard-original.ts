/** Refuses unless the volume is the picked one, and nobody writes to it or to the places of its links. */
import type { Context } from "../../../action.ts";
import { findData } from "../../data-directory/find.ts";
import { placeOf, volumeName } from "./candidate.ts";
import { type Copied, followed, refuse } from "./copied.ts";
import type { DockerPlace } from "../../../ports/docker-host.ts";

export async function guardOriginal(
  context: Context,
  at: DockerPlace,
  { original, links }: Pick<Copied, "original" | "links">,
): Promise<void> {
  const host = await context.ports.docker.open(at);
  const name = volumeName(original);
  const volume = (await host.volumes()).find((each) => each.name === original.volume);
  if (volume === undefined)
    throw refuse(
      `the volume ${name} has gone since it was looked at`,
      original.volume,
      "Find out what removes volumes here, and stop it; begin anew to see what is left.",
    );
  const paths = [original.path, ...followed(links).map(({ path }) => path)];
  const users = (await host.containers()).filter(
    ({ running, status, mounts }) =>
      (running || status === "restarting") &&
      mounts.some((mount) => mount.volume === original.volume || paths.includes(mount.source)),
  );
  if (users.length > 0)
    throw refuse(
      `the volume ${name} is in use: ${users.map((user) => user.name).join(", ")} runs on it`,
      original.volume,
      "Stop it (docker stop), then resume; do not remove it.",
    );
  const [found] = await findData(host, [placeOf(original)]);
  const control = found?.contents.kind === "data" ? found.contents.postgres?.control : undefined;
  const systemId = control?.known === true ? control.systemId : "";
  if (systemId === original.system_id) return;
  throw refuse(
    `the volume ${name} holds another database cluster than when it was looked at`,
    original.volume,
    "Begin anew, to look at it again.",
  );
}
