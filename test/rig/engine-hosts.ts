/** The way to an engine of a test's own: by its socket alone, with nobody's home or settings. */
import { OpenDockerHosts } from "../../src/adapters/docker/docker-hosts.js";
import { directDialer } from "../../src/adapters/network/dialer.js";
import type { RunProgram } from "../../src/adapters/process/spawn.js";
import { Secrets } from "../../src/secrets.js";
import type { OwnEngine } from "./own-engine.js";

export const hostsOf = ({ endpoint }: OwnEngine, run: RunProgram): OpenDockerHosts =>
  new OpenDockerHosts({
    env: { PATH: process.env["PATH"], HOME: "/nonexistent", DOCKER_HOST: endpoint },
    secrets: new Secrets(),
    signal: new AbortController().signal,
    dialer: directDialer(),
    knownHostsFiles: [],
    run,
  });
