/**
 * The differences between the first and the last releases, in one place (dingo.md §1–§6; release tags 0.1.2 and
 * 0.10.2).
 *
 * The output of a container follows from its image. `f` is the image of 0.10.2; in a world that names another image,
 * containers print that image's lines (lines/release.ts). 0.9.1, 0.9.3 and 0.10.2 were captured
 * (fixtures/container-logs). No log of the first images was captured: `a` has their prefixes and their look-up as
 * dingo.md §2.5 tells them, and none of the later images' additions. All its other lines are those of the oldest
 * captured image.
 */
import type { Era } from "./world.ts";

export interface EraFacts {
  readonly image: string;
  readonly postgresVersion: string;
  /** Whether the container hears SIGTERM: the trap came with 0.8.1. */
  readonly trap: boolean;
  /** Patroni's own first words after a restore without a leader. */
  readonly bootstrapped: string;
  /** Fixed roles in the image, or random ones per instance. */
  readonly randomPasswords: boolean;
  /** `/service/ID/state` and `/service/ID/nodes` exist. */
  readonly brokerStateInEtcd: boolean;
  readonly advertisesNodes: boolean;
  readonly asynchronousCreate: boolean;
  readonly firstPort: number;
  readonly defaultNodes: number;
  /** Directories that registrator writes to, by container port. */
  readonly registryKeys: Readonly<Record<number, string>>;
  readonly planIdOfBroker: string;
  readonly serviceIdOfBroker: string;
  readonly offering: string;
  readonly plan: string;
}

const SERVICE_ID = "beb5973c-e1b2-11e5-a736-c7c0b526363d";

export const ERAS: Readonly<Record<Era, EraFacts>> = {
  a: {
    image: "dingotiles/dingo-postgresql95:latest",
    postgresVersion: "9.5.1",
    trap: false,
    bootstrapped: "bootstrapped from leader",
    randomPasswords: false,
    brokerStateInEtcd: false,
    advertisesNodes: false,
    asynchronousCreate: false,
    firstPort: 33000,
    defaultNodes: 1,
    registryKeys: { 5432: "dingo-postgresql95" },
    planIdOfBroker: "b96d0936-e423-11e5-accb-93d374e93368",
    serviceIdOfBroker: SERVICE_ID,
    offering: "dingo-postgresql95",
    plan: "solo",
  },
  f: {
    image: "dingotiles/dingo-postgresql95:9.5-0.10.2",
    postgresVersion: "9.5.4",
    trap: true,
    bootstrapped: "bootstrapped (without leader)",
    randomPasswords: true,
    brokerStateInEtcd: true,
    advertisesNodes: true,
    asynchronousCreate: true,
    firstPort: 30000,
    defaultNodes: 2,
    registryKeys: { 5432: "dingo-postgresql95-5432", 8008: "dingo-postgresql95-8008" },
    planIdOfBroker: "1545e30e-6dc3-11e5-826a-6c4008a663f0",
    serviceIdOfBroker: SERVICE_ID,
    offering: "dingo-postgresql",
    plan: "cluster",
  },
};

/** Prefix of a container's line: none at start-up in the first releases, the scope's first six letters in the last. */
export const SHORT_PREFIX: Readonly<Record<Era, (six: string, part: string) => string>> = {
  a: (_six, part) => (part === "startup" ? "" : `${part}> `),
  f: (six, part) => `${six}-${part}> `,
};

/** Fixed credentials of the first releases' image (dingo.md §3.6; seen in the logs of broker 0.1.2). */
export const FIXED_ROLES = {
  superuser: { username: "postgres", password: "starkandwayne" },
  app: { username: "replicator", password: "replicator" },
  admin: { username: "pgadmin", password: "pgadmin-of-this-start" },
} as const;
