/** Builds the initial world of a scenario or a test, piece by piece; every piece is a pure step. */
import { nextGuid, sha256, stamp } from "./exchange.ts";
import {
  addBinding,
  addInstance,
  finishBinding,
  finishCreate,
  finishDelete,
  type NewInstance,
  removeBinding,
  startDelete,
  type When,
} from "./lifecycle.ts";
import type { App, Binding, CloudControllerState, Instance, Org, Plan, Settings, Space } from "./state.ts";

const SETTINGS: Settings = { brokerPollSeconds: 0, orphanMitigation: true, serviceLimit: 100, maxPerPage: 5000 };

export function emptyCloudController(seed: string, settings: Partial<Settings> = {}): CloudControllerState {
  return {
    seed,
    counter: 0,
    settings: { ...SETTINGS, ...settings },
    uaa: { people: [], clients: [], tokens: [], accessTokenSeconds: 600, refreshTokenSeconds: 2_592_000 },
    roles: [],
    orgs: [],
    spaces: [],
    plans: [],
    instances: [],
    bindings: [],
    apps: [],
    jobs: [],
    usageEvents: [],
    auditEvents: [],
    pending: [],
    faults: [],
    counts: {},
    requests: [],
  };
}

export function addPerson(
  before: CloudControllerState,
  person: { readonly name: string; readonly password: string; readonly scopes: readonly string[] },
): { readonly state: CloudControllerState; readonly id: string } {
  const { guid: id, state } = nextGuid(before);
  const row = { id, name: person.name, passwordSha256: sha256(person.password), scopes: person.scopes };
  return { state: { ...state, uaa: { ...state.uaa, people: [...state.uaa.people, row] } }, id };
}

export function addClient(
  state: CloudControllerState,
  client: { readonly id: string; readonly secret: string; readonly scopes: readonly string[] },
): CloudControllerState {
  const row = { id: client.id, secretSha256: sha256(client.secret), scopes: client.scopes };
  return { ...state, uaa: { ...state.uaa, clients: [...state.uaa.clients, row] } };
}

export function addRole(
  before: CloudControllerState,
  role: { readonly type: string; readonly subject: string; readonly spaceGuid?: string; readonly orgGuid?: string },
): CloudControllerState {
  const { guid, state } = nextGuid(before);
  return { ...state, roles: [...state.roles, { ...role, guid }] };
}

/** Given GUIDs keep a scenario's facts (logs, etcd keys) in step with the Cloud Controller's. */
interface Named {
  readonly name: string;
  readonly guid?: string;
  readonly at: Date;
}

export function addOrg(
  before: CloudControllerState,
  org: Named,
): { readonly state: CloudControllerState; readonly org: Org } {
  const drawn = nextGuid(before);
  const row = { guid: org.guid ?? drawn.guid, name: org.name, createdAt: stamp(org.at) };
  return { state: { ...drawn.state, orgs: [...before.orgs, row] }, org: row };
}

export function addSpace(
  before: CloudControllerState,
  space: Named & { readonly orgGuid: string },
): { readonly state: CloudControllerState; readonly space: Space } {
  const drawn = nextGuid(before);
  const row = { guid: space.guid ?? drawn.guid, name: space.name, orgGuid: space.orgGuid, createdAt: stamp(space.at) };
  return { state: { ...drawn.state, spaces: [...before.spaces, row] }, space: row };
}

export function addPlan(
  before: CloudControllerState,
  plan: Named & {
    readonly offering: string;
    readonly brokerPlanId: string;
    readonly broker?: string;
    readonly available?: boolean;
  },
): { readonly state: CloudControllerState; readonly plan: Plan } {
  const drawn = nextGuid(before);
  const known = before.plans.find((each) => each.offering === plan.offering);
  const other = nextGuid(drawn.state);
  const row: Plan = {
    guid: plan.guid ?? drawn.guid,
    name: plan.name,
    createdAt: stamp(plan.at),
    brokerPlanId: plan.brokerPlanId,
    offering: plan.offering,
    offeringGuid: known?.offeringGuid ?? other.guid,
    broker: plan.broker ?? "dingo-postgresql",
    available: plan.available ?? true,
  };
  return { state: { ...other.state, plans: [...before.plans, row] }, plan: row };
}

export function addApp(
  before: CloudControllerState,
  app: Named & { readonly spaceGuid: string; readonly crashing?: boolean },
): { readonly state: CloudControllerState; readonly app: App } {
  const drawn = nextGuid(before);
  const row: App = {
    guid: app.guid ?? drawn.guid,
    name: app.name,
    createdAt: stamp(app.at),
    spaceGuid: app.spaceGuid,
    state: "STARTED",
    starts: 0,
    crashing: app.crashing ?? false,
  };
  return { state: { ...drawn.state, apps: [...before.apps, row] }, app: row };
}

/** An instance that was created before the scenario begins: events written, no broker asked. */
export function seedInstance(
  before: CloudControllerState,
  wanted: NewInstance,
  when: When,
): { readonly state: CloudControllerState; readonly instance: Instance } {
  const { state, instance } = addInstance(before, wanted, when);
  return { state: finishCreate(state, instance, when), instance };
}

export function seedBinding(
  before: CloudControllerState,
  wanted: Pick<Binding, "type" | "name" | "instanceGuid" | "appGuid">,
  when: When,
): { readonly state: CloudControllerState; readonly binding: Binding } {
  const { state, binding } = addBinding(before, wanted, when);
  return { state: finishBinding(state, binding, when), binding };
}

/** The user's mistake: unbound and deleted, with every event that a platform keeps of it. */
export function seedDeletion(before: CloudControllerState, instanceGuid: string, when: When): CloudControllerState {
  const instance = before.instances.find((each) => each.guid === instanceGuid);
  if (instance === undefined) return before;
  const bound = before.bindings.filter((each) => each.instanceGuid === instanceGuid);
  const unbound = bound.reduce((state, binding) => removeBinding(state, binding, when), before);
  return finishDelete(startDelete(unbound, instance, when), instance, when);
}
