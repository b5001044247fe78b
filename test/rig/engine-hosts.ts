/** The way to an engine of a test's own: by its socket alone, with nobody's home or settings. */
import { OpenDockerHosts } from "../../src/docker/adapters/docker-hosts.ts";
import { directDialer } from "../../src/kit/network/dialer.ts";
import type { RunProgram } from "../../src/kit/spawn/spawn.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";
import type { OwnEngine } from "./own-engine.ts";

export const hostsOf = ({ endpoint }: OwnEngine, run: RunProgram): OpenDockerHosts =>
  new OpenDockerHosts({
    env: { PATH: process.env["PATH"], HOME: "/nonexistent", DOCKER_HOST: endpoint },
    secrets: new Secrets(),
    signal: new AbortController().signal,
    dialer: directDialer(),
    knownHostsFiles: [],
    run,
  });
