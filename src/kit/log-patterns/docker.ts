/** The words of Docker's engine and client, 1.10 to 29, and of the programs that are asked within a container. */
import { rows } from "./log-pattern.ts";

export const DOCKER = rows({
  /** "Error: No such volume: x", "Error response from daemon: get x: no such volume", "error: no such object: x". */
  absent: {
    means: "gone",
    says: /no such (?:volume|object|container|image)/i,
    tells: "the engine does not have it",
    seen: "inspect.go of docker/cli; errors.go of moby, 1.13 to 29",
    from: "1.13",
  },
  /** The name stands at the end of the line. Every other complaint is no proof of absence (law 5). */
  containerAbsent: {
    means: "gone",
    says: /No such (?:object|container|image or container): /,
    tells: "the cell's engine does not have that container",
    seen: "inspect.go of docker/cli; errors.go of moby, 1.10 to 28",
    from: "1.10",
  },
  /** Answer to `docker exec`. */
  ended: {
    means: "gone",
    says: /is not running|no such container/iu,
    tells: "the server's container has ended",
    seen: "exec.go and errors.go of moby, 1.13 to 29",
    from: "1.13",
  },
  /** Answer to `docker exec` in a container that is kept. */
  notRunning: {
    means: "gone",
    says: /is not running/u,
    tells: "the container has ended",
    seen: "exec.go of moby, 1.13 to 29",
    from: "1.13",
  },
  /** Answer to `docker stop` and `docker rm`: one that was started with --rm is gone as soon as it has stopped. */
  goneMeanwhile: {
    means: "gone",
    says: /no such container|is already in progress/iu,
    tells: "the container is gone, or about to be",
    seen: "delete.go and errors.go of moby, 1.13 to 29",
    from: "1.13",
  },
  /** The source stands at the end. */
  sourceAbsent: {
    means: "gone",
    says: /bind source path does not exist: ([^\n]*)/,
    tells: "the directory that should be mounted is not there",
    seen: "validate.go of moby's volume/mounts, 17.06 to 29",
    from: "17.06",
  },
  /** An image without the client says so on stdout, with engines before 23. */
  programLacking: {
    means: "out-of-reach",
    says: /OCI runtime exec failed: .{0,400}(?:executable file not found|no such file or directory)/u,
    tells: "the container has no such program",
    seen: "exec.go of containerd's runc processes; stdout of `docker exec`, 17.06 to 29",
    from: "17.06",
  },
  denied: {
    means: "out-of-reach",
    says: /permission denied while trying to connect to the docker|dial unix \S{1,400}: connect: permission denied/i,
    tells: "this user may not speak to the engine",
    seen: "request.go of moby's client, 1.13 to 29",
    from: "1.13",
  },
  /** Of Compose 1, which asks the engine for its `config` too; it runs as the account that owns the directory. */
  deniedToCompose: {
    means: "out-of-reach",
    says: /Error while fetching server API version: .{0,400}permission denied/i,
    tells: "the account that Compose runs as may not speak to the engine",
    seen: "docker/api/client.py of docker-py 2 to 5",
    from: "1.13",
  },
  contextLost: {
    means: "out-of-reach",
    says: /unable to resolve docker endpoint|context "[^"]{0,400}".{0,400}(?:not found|does not exist)|unable to parse docker host/i,
    tells: "the client's context leads nowhere",
    seen: "cli.go of docker/cli, 19.03 to 29",
    from: "19.03",
  },
  silent: {
    means: "out-of-reach",
    says: /cannot connect to the docker daemon|is the docker daemon running|failed to connect to the docker api|error during connect/i,
    tells: "no engine answers",
    seen: "errors.go and request.go of moby's client, 1.13 to 29",
    from: "1.13",
  },
});

/** The engine of a cell, which is older. */
export const CELL_ENGINE = rows({
  denied: {
    means: "out-of-reach",
    says: /permission denied while trying to connect to the Docker daemon/i,
    tells: "this user may not speak to the cell's engine",
    seen: "request.go of moby's client, 1.10 to 28",
    from: "1.10",
  },
  silent: {
    means: "out-of-reach",
    says: /Cannot connect to the Docker daemon|Is the docker daemon running/i,
    tells: "the cell's engine does not answer",
    seen: "errors.go of moby's client, 1.10 to 28",
    from: "1.10",
  },
});

/** The answers of redis-cli to `PING` and to `INFO keyspace`. */
export const REDIS = rows({
  alive: {
    means: "answer",
    says: /^PONG/,
    tells: "the server answers",
    seen: "server.c of Redis, pingCommand",
    from: "1.0",
  },
  passwordLacking: {
    means: "refusal",
    says: /^NOAUTH/mu,
    tells: "the server asks for a password",
    seen: "server.c of Redis, processCommand",
    from: "2.8",
  },
  /** A role that may ask for a sign of life alone, or a command that was taken away (redis.conf, `rename-command`). */
  notAllowed: {
    means: "refusal",
    says: /^(?:\(error\) )?(?:NOAUTH|NOPERM|ERR unknown command)\b/mu,
    tells: "nobody here may ask for its keys",
    seen: "server.c of Redis, processCommand; acl.c from 6.0 on",
    from: "2.8",
  },
  /** An empty server says so; a shorter answer does not show that it is empty. */
  keyspace: {
    means: "answer",
    says: /^# Keyspace\r?$/mu,
    tells: "what follows are all its databases with keys",
    seen: "server.c of Redis, genRedisInfoString",
    from: "2.6",
  },
});
