/** A Cloud Controller stand-in with one org, one space, one plan, two apps and a deleted instance, for the suites of the port. */
import type { Broker, BrokerProgress, Credentials } from "../../src/rehearsal/cloud-controller/broker.ts";
import { addUserProvided } from "../../src/rehearsal/cloud-controller/lifecycle.ts";
import * as seed from "../../src/rehearsal/cloud-controller/seed.ts";
import { serveCloudController } from "../../src/rehearsal/cloud-controller/server.ts";
import type { CloudControllerState } from "../../src/rehearsal/cloud-controller/state.ts";
import { sha256 } from "../../src/rehearsal/guid.ts";
import type { StandInServer } from "../../src/rehearsal/http/server.ts";
import type { ProvisionRequest } from "../../src/rehearsal/world/broker.ts";
import { FaultyWay } from "./faulty-way.ts";

export const ADMIN = { name: "ops@example.com", password: "canary-of-the-admin" };
export const DEVELOPER = { name: "dev@example.com", password: "canary-of-the-developer" };
export const STRANGER = { name: "guest@example.com", password: "canary-of-the-guest" };
export const ROBOT = { id: "recovery-robot", secret: "canary-of-the-robot" };
export const DB_PASSWORD = "canary-of-the-database";
export const LONG_AGO = new Date("2020-01-01T00:00:00Z");

export interface Seeded {
  readonly orgGuid: string;
  readonly spaceGuid: string;
  readonly planGuid: string;
  readonly webGuid: string;
  readonly deletedGuid: string;
  readonly livingGuid: string;
  readonly livingKeyGuid: string;
  readonly sickGuid: string;
  /** Of the user-provided service "legacy". */
  readonly providedGuid: string;
}

/** Answers at once, or asynchronously after as many questions as it is told; remembers every call. */
export class FakeBroker implements Broker {
  readonly provisions: ProvisionRequest[] = [];
  readonly deprovisions: string[] = [];
  refusal: string | undefined;
  questionsUntilDone = 0;
  #asked = 0;

  provision(request: ProvisionRequest): Promise<BrokerProgress> {
    this.provisions.push(request);
    if (this.refusal !== undefined) return Promise.reject(new Error(this.refusal));
    this.#asked = 0;
    return Promise.resolve(this.#state());
  }

  deprovision({ instanceGuid }: { readonly instanceGuid: string }): Promise<BrokerProgress> {
    this.deprovisions.push(instanceGuid);
    return Promise.resolve({ state: "succeeded", description: "" });
  }

  progress(): Promise<BrokerProgress> {
    this.#asked += 1;
    return Promise.resolve(this.#state());
  }

  bind(): Promise<void> {
    return Promise.resolve();
  }

  unbind(): Promise<void> {
    return Promise.resolve();
  }

  credentials(): Promise<Credentials> {
    return Promise.resolve({
      host: "10.58.111.46",
      port: 30001,
      name: "postgres",
      username: "appuser",
      password: DB_PASSWORD,
      uri: `postgres://appuser:${DB_PASSWORD}@10.58.111.46:30001/postgres`,
    });
  }

  #state(): BrokerProgress {
    return this.#asked < this.questionsUntilDone
      ? { state: "in progress", description: "Preparing..." }
      : { state: "succeeded", description: "Scheduling Completed" };
  }
}

export class CloudFoundryWorld {
  readonly broker = new FakeBroker();
  readonly way = new FaultyWay();
  readonly seeded: Seeded;
  readonly #initial: CloudControllerState;
  #state: CloudControllerState;
  #server: StandInServer | undefined;

  constructor() {
    const { state, seeded } = build();
    this.#initial = state;
    this.#state = state;
    this.seeded = seeded;
  }

  async start(): Promise<void> {
    this.#server = await serveCloudController({
      get: () => this.#state,
      set: (state) => {
        this.#state = state;
      },
      broker: this.broker,
      now: () => new Date(),
      passage: this.way.passage,
    });
  }

  get server(): StandInServer {
    if (this.#server === undefined) throw new Error("the world was not started");
    return this.#server;
  }

  get state(): CloudControllerState {
    return this.#state;
  }

  /** Back to the beginning; log-ins stay, and no GUID is given out twice. */
  reset(): void {
    this.way.suffer();
    const { counter, uaa } = this.#state;
    this.#state = { ...this.#initial, counter, uaa: { ...this.#initial.uaa, tokens: uaa.tokens } };
    this.broker.refusal = undefined;
    this.broker.questionsUntilDone = 0;
  }

  change(change: (state: CloudControllerState) => CloudControllerState): void {
    this.#state = change(this.#state);
  }

  revoke(kind: "access" | "refresh" | "all"): void {
    this.change((state) => {
      const tokens = state.uaa.tokens.filter((token) => kind !== "all" && token.kind !== kind);
      return { ...state, uaa: { ...state.uaa, tokens } };
    });
  }

  /** Requests that arrived, by `METHOD /path`. */
  count(key: string): number {
    return this.#state.counts[key] ?? 0;
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }
}

function build(): { readonly state: CloudControllerState; readonly seeded: Seeded } {
  const at = new Date("2026-11-01T10:00:00Z");
  const state = seed.emptyCloudController("contract");
  seed.addPerson(state, { ...ADMIN, scopes: ["cloud_controller.admin"] });
  const developer = seed.addPerson(state, { ...DEVELOPER, scopes: ["cloud_controller.write"] });
  seed.addPerson(state, { ...STRANGER, scopes: ["cloud_controller.read"] });
  const robot = { id: ROBOT.id, secretSha256: sha256(ROBOT.secret), scopes: ["cloud_controller.admin"] };
  state.uaa = { ...state.uaa, clients: [robot] };
  const { guid: orgGuid } = seed.addOrg(state, { name: "acme", at });
  const { guid: spaceGuid } = seed.addSpace(state, { name: "prod, eu-west", orgGuid, at });
  seed.addRole(state, { type: "space_developer", subject: developer, spaceGuid });
  const plan = { name: "solo", offering: "dingo-postgresql95", brokerPlanId: "b96d0936", at };
  const { guid: planGuid } = seed.addPlan(state, plan);
  const { guid: webGuid } = seed.addApp(state, { name: "web", spaceGuid, at });
  const { guid: sickGuid } = seed.addApp(state, { name: "sick", spaceGuid, crashing: true, at });
  const actor = { guid: developer, type: "user", name: DEVELOPER.name };
  const when = { now: at, actor };
  const place = { spaceGuid, planGuid };
  const { guid: deletedGuid } = seed.seedInstance(state, { name: "important-db", ...place, tags: [] }, when);
  seed.seedBinding(state, { type: "app", name: null, instanceGuid: deletedGuid, appGuid: webGuid }, when);
  seed.seedDeletion(state, deletedGuid, { now: new Date("2026-11-20T02:20:11Z"), actor });
  const { guid: livingGuid } = seed.seedInstance(state, { name: "other-db", ...place, tags: ["blue"] }, when);
  const key = { type: "key", name: "backup", instanceGuid: livingGuid, appGuid: null } as const;
  const { guid: livingKeyGuid } = seed.seedBinding(state, key, when);
  const { guid: providedGuid } = addUserProvided(state, { name: "legacy", spaceGuid, tags: ["old"] }, when);
  const guids = { orgGuid, spaceGuid, planGuid, webGuid, deletedGuid, livingGuid, livingKeyGuid, sickGuid };
  return { state, seeded: { ...guids, providedGuid } };
}
