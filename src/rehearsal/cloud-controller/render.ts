/** How the v3 API shows its resources: the fields that the CLI and our adapter read. */
import type {
  App,
  AuditEvent,
  Binding,
  CloudControllerState,
  Instance,
  Job,
  Operation,
  Org,
  Plan,
  Role,
  Space,
  UsageEvent,
} from "./state.ts";

const to = (guid: string | null): unknown => ({ data: guid === null ? null : { guid } });
const stamps = (item: { readonly createdAt: string }): Record<string, string> => ({
  created_at: item.createdAt,
  updated_at: item.createdAt,
});

export function renderOrg(org: Org): unknown {
  return { guid: org.guid, ...stamps(org), name: org.name, suspended: false };
}

export function renderSpace(space: Space): unknown {
  return { guid: space.guid, ...stamps(space), name: space.name, relationships: { organization: to(space.orgGuid) } };
}

export function renderRole(role: Role): unknown {
  return {
    guid: role.guid,
    type: role.type,
    relationships: {
      user: to(role.subject),
      space: to(role.spaceGuid ?? null),
      organization: to(role.orgGuid ?? null),
    },
  };
}

export function renderPlan(plan: Plan): unknown {
  return {
    guid: plan.guid,
    ...stamps(plan),
    name: plan.name,
    description: plan.name,
    available: plan.available,
    free: true,
    costs: [],
    visibility_type: "public",
    broker_catalog: { id: plan.brokerPlanId },
    relationships: { service_offering: to(plan.offeringGuid) },
  };
}

export function renderOffering(plan: Plan): unknown {
  return {
    guid: plan.offeringGuid,
    ...stamps(plan),
    name: plan.offering,
    description: plan.offering,
    available: true,
    tags: [],
    relationships: { service_broker: to(brokerGuid(plan)) },
  };
}

export function renderInstance(instance: Instance, origin: string): Record<string, unknown> {
  const { guid, name, tags, type, lastOperation, createdAt, planGuid, spaceGuid } = instance;
  const common = {
    guid,
    ...stamps(instance),
    name,
    tags,
    last_operation: renderOperation(lastOperation, createdAt),
    links: { self: { href: `${origin}/v3/service_instances/${guid}` } },
  };
  // No plan, no maintenance, nothing of a broker (API v3, "user-provided service instance object").
  if (type === "user-provided")
    return {
      ...common,
      type,
      syslog_drain_url: null,
      route_service_url: null,
      relationships: { space: to(spaceGuid) },
    };
  return {
    ...common,
    type: "managed",
    maintenance_info: {},
    upgrade_available: false,
    dashboard_url: null,
    relationships: { service_plan: to(planGuid), space: to(spaceGuid) },
  };
}

export function renderBinding(binding: Binding): unknown {
  return {
    guid: binding.guid,
    ...stamps(binding),
    name: binding.name,
    type: binding.type,
    last_operation: renderOperation(binding.lastOperation, binding.createdAt),
    relationships: {
      service_instance: to(binding.instanceGuid),
      ...(binding.appGuid === null ? {} : { app: to(binding.appGuid) }),
    },
  };
}

export function renderApp(app: App): unknown {
  return {
    guid: app.guid,
    ...stamps(app),
    name: app.name,
    state: app.state,
    lifecycle: { type: "buildpack", data: { buildpacks: [], stack: "cflinuxfs4" } },
    relationships: { space: to(app.spaceGuid) },
  };
}

export function renderJob(job: Job): unknown {
  const errors = job.error === undefined ? [] : [{ code: 10008, title: "CF-UnprocessableEntity", detail: job.error }];
  return { guid: job.guid, ...stamps(job), operation: job.operation, state: job.state, errors, warnings: [] };
}

export function renderUsage(event: UsageEvent): unknown {
  return {
    guid: event.guid,
    ...stamps(event),
    state: event.state,
    space: event.space,
    organization: { guid: event.orgGuid },
    service_instance: { ...event.instance, type: "managed_service_instance" },
    service_plan: event.plan,
    service_offering: event.offering,
    service_broker: { guid: `broker-${event.broker}`, name: event.broker },
  };
}

export function renderAudit(event: AuditEvent): unknown {
  return {
    guid: event.guid,
    ...stamps(event),
    type: event.type,
    actor: event.actor,
    target: event.target,
    data: event.data,
    space: event.spaceGuid === null ? null : { guid: event.spaceGuid },
    organization: event.orgGuid === null ? null : { guid: event.orgGuid },
  };
}

/** The related records that `cf service` and `cf services` ask for. */
export function includedOfInstances(state: CloudControllerState, instances: readonly Instance[]): unknown {
  const plans = state.plans.filter((plan) => instances.some((each) => each.planGuid === plan.guid));
  const spaces = state.spaces.filter((space) => instances.some((each) => each.spaceGuid === space.guid));
  const orgs = state.orgs.filter((org) => spaces.some((each) => each.orgGuid === org.guid));
  return {
    service_plans: plans.map(renderPlan),
    service_offerings: offeringsOf(plans),
    service_brokers: brokersOf(plans),
    spaces: spaces.map(renderSpace),
    organizations: orgs.map(renderOrg),
  };
}

export function offeringsOf(plans: readonly Plan[]): readonly unknown[] {
  return [...new Map(plans.map((plan) => [plan.offeringGuid, renderOffering(plan)])).values()];
}

export function brokersOf(plans: readonly Plan[]): readonly unknown[] {
  return [...new Map(plans.map((plan) => [plan.broker, { guid: brokerGuid(plan), name: plan.broker }])).values()];
}

function brokerGuid(plan: Plan): string {
  return `broker-${plan.broker}`;
}

function renderOperation(last: Operation, createdAt: string): unknown {
  return { ...last, updatedAt: undefined, created_at: createdAt, updated_at: last.updatedAt };
}
