/** The Docker engine that a run is about: here, or on a host behind SSH. */
import type { DockerHosts, DockerPlace } from "../../ports/docker-host.ts";
import { ok } from "./check.ts";
import type { Looks } from "./looks.ts";

export async function examineDocker(looks: Looks, docker: DockerHosts, at: DockerPlace): Promise<void> {
  const host = await looks.look("docker.host", at.host === "" ? "docker here" : `the host ${at.host}`, () =>
    docker.open(at),
  );
  if (host === undefined) return;
  const engine = await looks.look("docker.engine", "the Docker engine", () => host.engine());
  if (engine === undefined) return;
  looks.say("docker.engine", ok(`Docker ${engine.version} on ${engine.name} at ${engine.endpoint}`));
}
