/** Refuses the move if the way back could not make a container again as it was. Nothing is touched before. */
import type { DockerContainer } from "../../../ports/docker-host.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { refuse } from "./stack.ts";

/** From API 1.44 on a container is made in several networks at once (Engine API, version history). */
const SEVERAL_NETWORKS_FROM = 25;

export function guardWayBack(
  moved: ReadonlySet<string>,
  all: readonly DockerContainer[],
  engine: { readonly name: string; readonly version: string },
): void {
  const joined = all.find(({ joins = [] }) => joins.some((id) => moved.has(id)));
  if (joined !== undefined)
    throw refuse(
      `the container ${quoted(joined.name)} lives in the network, process or IPC namespace of one whose data are moved, and would not start with the one that an undo makes again`,
      joined.name,
      "Take it down first (docker compose rm -s SERVICE), begin anew, and start it again with the stack.",
    );
  if (Number.parseInt(engine.version, 10) >= SEVERAL_NETWORKS_FROM) return;
  const several = all.find(({ id, networks }) => moved.has(id) && networks.length > 1);
  if (several === undefined) return;
  throw refuse(
    `the container ${quoted(several.name)} is in ${several.networks.length} networks, and Engine ${engine.version} makes none like it at once`,
    several.name,
    "Give the service one network for the while of the move, or move its data by hand as docs/docker.md tells.",
  );
}
