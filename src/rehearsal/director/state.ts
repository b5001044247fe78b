/** The world of a BOSH director as one serialisable value (cf-bosh.md §3.3, §3.4, §4.3). */
import type { Draft } from "../draft.ts";
import { sha256 } from "../guid.ts";
import type { AgentCall } from "./agent.ts";

export interface DirectorInstance {
  readonly group: string;
  readonly index: number;
  readonly id: string;
  readonly ips: readonly string[];
  readonly agentId: string;
  readonly az: string;
  readonly jobState: string;
  /** Without any, the CLI shows an empty process state (real-parts.md §1.7). */
  readonly processes: readonly { readonly name: string; readonly state: string }[];
  /** An instance without a machine is skipped by `ssh`. */
  readonly hasVm: boolean;
}

export interface Deployment {
  readonly name: string;
  readonly instances: readonly DirectorInstance[];
}

export interface Lock {
  readonly type: string;
  readonly resource: readonly string[];
  readonly taskId: string;
  /** Seconds of the epoch. */
  readonly expiresAt: number;
}

export interface Task {
  readonly id: number;
  readonly state: "queued" | "processing" | "done" | "error" | "cancelled";
  readonly description: string;
  readonly deployment: string;
  readonly user: string;
  readonly timestamp: number;
  /** The short result of the task document: a sentence, or the error. */
  readonly summary: string;
  /** `output?type=result`: newline-separated JSON. */
  readonly result: string;
  /** Questions that are still answered "processing". */
  readonly pollsLeft: number;
}

export interface DirectorState {
  readonly name: string;
  readonly uuid: string;
  readonly version: string;
  readonly auth: "basic" | "uaa";
  readonly clients: readonly { readonly id: string; readonly secretSha256: string; readonly mayRead: boolean }[];
  /** Digests of bearer tokens that were given out. */
  readonly tokens: readonly { readonly sha256: string; readonly client: string; readonly expiresAt: number }[];
  /** Directors before instance ids know an instance by its index alone. */
  readonly identity: "uuid" | "index";
  readonly deployments: readonly Deployment[];
  readonly locks: readonly Lock[];
  readonly tasks: readonly Task[];
  readonly nextTask: number;
  /** How many questions a new task answers with "processing". */
  readonly taskPolls: number;
  /** Agent calls that are decided and not yet answered: a restarted shell makes them again. */
  readonly pending: readonly AgentCall[];
}

/** A director to change. */
export type Directing = Draft<DirectorState>;

export interface DirectorSeed {
  readonly name?: string;
  readonly uuid: string;
  readonly auth?: DirectorState["auth"];
  readonly identity?: DirectorState["identity"];
  /** `mayRead: false`: known, without a right. */
  readonly clients: readonly { readonly id: string; readonly secret: string; readonly mayRead?: boolean }[];
  readonly deployments: readonly Deployment[];
}

export function newDirector(seed: DirectorSeed): DirectorState {
  return {
    name: seed.name ?? "p-bosh",
    uuid: seed.uuid,
    version: "280.1.14 (00000000)",
    auth: seed.auth ?? "basic",
    clients: seed.clients.map(({ id, secret, mayRead }) => ({
      id,
      secretSha256: sha256(secret),
      mayRead: mayRead ?? true,
    })),
    tokens: [],
    identity: seed.identity ?? "uuid",
    deployments: seed.deployments,
    locks: [],
    tasks: [],
    nextTask: 1,
    taskPolls: 1,
    pending: [],
  };
}
