/** Builds the initial world of a scenario or a test, piece by piece. */
import { sha256 } from "../guid.ts";
import { nextGuid, stamp } from "./exchange.ts";
import {
  addBinding,
  addInstance,
  finishBinding,
  finishCreate,
  finishDelete,
  type NewBinding,
  type NewInstance,
  removeBinding,
  startDelete,
} from "./lifecycle.ts";
import type { When } from "./records.ts";
import type { App, Binding, Cloud, Instance, Org, Plan, Role, Settings, Space } from "./state.ts";

const SETTINGS: Settings = { brokerPollSeconds: 0, serviceLimit: 100, maxPerPage: 5000 };

export const emptyCloudController = (seed: string, settings: Partial<Settings> = {}): Cloud => ({
  seed,
  counter: 0,
  settings: { ...SETTINGS, ...settings },
  uaa: { people: [], clients: [], tokens: [], accessTokenSeconds: 600 },
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
  counts: {},
  requests: [],
});

/** Its id. */
export function addPerson(
  state: Cloud,
  { name, password, scopes }: { readonly name: string; readonly password: string; readonly scopes: readonly string[] },
): string {
  const id = nextGuid(state);
  const people = [...state.uaa.people, { id, name, passwordSha256: sha256(password), scopes }];
  state.uaa = { ...state.uaa, people };
  return id;
}

/** Given GUIDs keep a scenario's facts (logs, etcd keys) in step with the Cloud Controller's. */
interface Named {
  readonly name: string;
  readonly guid?: string;
  readonly at: Date;
}

function named(state: Cloud, { name, guid, at }: Named) {
  const drawn = nextGuid(state);
  return { guid: guid ?? drawn, name, createdAt: stamp(at) };
}

function put<Row>(rows: Row[], row: Row): Row {
  rows.push(row);
  return row;
}

export const addRole = (state: Cloud, role: Omit<Role, "guid">): Role =>
  put(state.roles, { ...role, guid: nextGuid(state) });

export const addOrg = (state: Cloud, org: Named): Org => put(state.orgs, named(state, org));

export const addSpace = (state: Cloud, space: Named & Pick<Space, "orgGuid">): Space =>
  put(state.spaces, { ...named(state, space), orgGuid: space.orgGuid });

export function addPlan(
  state: Cloud,
  plan: Named & Pick<Plan, "offering" | "brokerPlanId"> & Partial<Pick<Plan, "broker" | "available">>,
): Plan {
  const { offering, brokerPlanId, broker = "dingo-postgresql", available = true } = plan;
  const known = state.plans.find((each) => each.offering === offering);
  const row = { ...named(state, plan), offering, brokerPlanId, broker, available };
  const drawn = nextGuid(state);
  return put(state.plans, { ...row, offeringGuid: known?.offeringGuid ?? drawn });
}

export function addApp(state: Cloud, app: Named & Pick<App, "spaceGuid"> & Partial<Pick<App, "crashing">>): App {
  const { spaceGuid, crashing = false } = app;
  return put(state.apps, { ...named(state, app), spaceGuid, state: "STARTED", starts: 0, crashing });
}

/** An instance that was created before the scenario begins: events written, no broker asked. */
export function seedInstance(state: Cloud, wanted: NewInstance, when: When): Instance {
  const instance = addInstance(state, wanted, when);
  finishCreate(state, instance, when);
  return instance;
}

export function seedBinding(state: Cloud, wanted: NewBinding, when: When): Binding {
  const binding = addBinding(state, wanted, when.now);
  finishBinding(state, binding, when);
  return binding;
}

/** The user's mistake: unbound and deleted, with every event that a platform keeps of it. */
export function seedDeletion(state: Cloud, instanceGuid: string, when: When): void {
  const instance = state.instances.find((each) => each.guid === instanceGuid);
  if (instance === undefined) return;
  for (const binding of state.bindings.filter((each) => each.instanceGuid === instanceGuid))
    removeBinding(state, binding, when);
  startDelete(state, instance, when);
  finishDelete(state, instance, when);
}
