/** The ways to Docker hosts of a test's own, with nobody's home or settings. */
import { type DockerHostsOptions, OpenDockerHosts } from "../../../src/docker/adapters/docker-hosts.ts";
import { directDialer } from "../../../src/kit/network/dialer.ts";
import type { RunProgram } from "../../../src/kit/spawn/spawn.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";
import type { OwnEngine } from "./own-engine.ts";

export const hostsBy = (env: DockerHostsOptions["env"], more: Partial<DockerHostsOptions> = {}): OpenDockerHosts =>
  new OpenDockerHosts({
    env,
    secrets: new Secrets(),
    signal: new AbortController().signal,
    dialer: directDialer(),
    knownHostsFiles: [],
    ...more,
  });

/** By its socket alone. */
export const hostsOf = ({ endpoint }: OwnEngine, run: RunProgram): OpenDockerHosts =>
  hostsBy({ PATH: process.env["PATH"], HOME: "/nonexistent", DOCKER_HOST: endpoint }, { run });
