/** A director stand-in with one deployment of two cells and a router, and agents that remember their users. */
import type { Agent, AgentTarget } from "../../src/rehearsal/director/agent.ts";
import { serveDirector } from "../../src/rehearsal/director/server.ts";
import {
  type DirectorInstance,
  type DirectorSeed,
  type DirectorState,
  newDirector,
} from "../../src/rehearsal/director/state.ts";
import { selfSignedCertificate } from "../../src/rehearsal/http/certificate.ts";
import type { StandInServer } from "../../src/rehearsal/http/server.ts";
import { FaultyWay } from "./faulty-way.ts";

export const CLIENT = { id: "recovery", secret: "canary-of-the-director" };
export const BYSTANDER = { id: "bystander", secret: "canary-of-the-bystander", mayRead: false };
export const DEPLOYMENT = "dingo-postgresql-cac94a070a81fd8f3931";
export const CELL = "cell_z1-partition-cac94a070a81fd8f3931";
export const HOST_KEY = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7";
const CELL_IDS = ["14ddd22e-9a0c-4a58-8ef9-2a7d3ad2d3c0", "9f1c8f6a-52cf-4d0a-8d34-6a1d6d3f0b11"] as const;

export class FakeAgent implements Agent {
  readonly users = new Map<string, string>();
  readonly asked: string[] = [];
  silent = false;

  setupUser(target: AgentTarget, user: string, publicKey: string): Promise<string> {
    this.asked.push(`setup ${target.ip}`);
    if (this.silent) {
      const why = `Timed out sending 'ssh' to instance: '${target.group}/${target.id}', agent-id: 'x', after 45 seconds`;
      return Promise.reject(new Error(why));
    }
    this.users.set(`${user}@${target.ip}`, publicKey);
    return Promise.resolve(HOST_KEY);
  }

  cleanupUsers(target: AgentTarget, userRegex: string): Promise<void> {
    this.asked.push(`cleanup ${target.ip}`);
    const wanted = new RegExp(userRegex);
    for (const key of [...this.users.keys()]) {
      const [user = "", ip] = key.split("@");
      if (ip === target.ip && wanted.test(user)) this.users.delete(key);
    }
    return Promise.resolve();
  }
}

export class DirectorWorld {
  readonly agent = new FakeAgent();
  readonly way = new FaultyWay();
  readonly tls = selfSignedCertificate(["127.0.0.1"]);
  readonly #initial: DirectorState;
  #state: DirectorState;
  #server: StandInServer | undefined;

  constructor(kind: Pick<DirectorSeed, "auth" | "identity">) {
    const instances = [cell(0, "127.0.0.11"), cell(1, "127.0.0.111"), router()];
    this.#initial = newDirector({
      uuid: "a6c8b0f2-4f39-4f83-a4c2-6d4a6f0a3e55",
      clients: [CLIENT, BYSTANDER],
      deployments: [
        { name: DEPLOYMENT, instances },
        { name: "cf-1", instances: [] },
      ],
      ...kind,
    });
    this.#state = this.#initial;
  }

  async start(): Promise<void> {
    this.#server = await serveDirector({
      get: () => this.#state,
      set: (state) => {
        this.#state = state;
      },
      agent: this.agent,
      now: () => new Date(),
      listen: { tls: this.tls },
      passage: this.way.passage,
    });
  }

  get server(): StandInServer {
    if (this.#server === undefined) throw new Error("the world was not started");
    return this.#server;
  }

  get state(): DirectorState {
    return this.#state;
  }

  reset(): void {
    this.way.suffer();
    this.#state = { ...this.#initial, tokens: this.#state.tokens, nextTask: this.#state.nextTask };
    this.agent.users.clear();
    this.agent.asked.length = 0;
    this.agent.silent = false;
  }

  change(change: (state: DirectorState) => DirectorState): void {
    this.#state = change(this.#state);
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }
}

function cell(index: 0 | 1, ip: string): DirectorInstance {
  const processes = ["docker", "registrator", "cf-containers-broker"].map((name) => ({ name, state: "running" }));
  const agentId = `agent-of-cell-${index}`;
  return {
    group: CELL,
    index,
    id: CELL_IDS[index],
    ips: [ip],
    agentId,
    az: "z1",
    jobState: "running",
    processes,
    hasVm: true,
  };
}

function router(): DirectorInstance {
  return {
    ...cell(0, "127.0.0.46"),
    group: "router-partition-1",
    id: "5d0e4c7e-0d1f-4b8f-8a52-0a2f1f2a6a01",
    processes: [],
  };
}
