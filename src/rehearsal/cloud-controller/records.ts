/**
 * The records that Cloud Controller writes by itself: usage events from the model's hooks, audit events with the actor
 * (cf-bosh.md §2).
 */
import { nextGuid, stamp } from "./exchange.ts";
import type { AuditEvent, CloudControllerState, Instance, UsageEvent } from "./state.ts";

export interface Actor {
  readonly guid: string;
  readonly type: string;
  readonly name: string;
}

/** One row per create, rename or plan change, and delete: however the instance died. */
export function recordUsage(
  before: CloudControllerState,
  instance: Instance,
  event: { readonly state: UsageEvent["state"]; readonly now: Date },
): CloudControllerState {
  const space = before.spaces.find((each) => each.guid === instance.spaceGuid);
  const plan = before.plans.find((each) => each.guid === instance.planGuid);
  const { guid, state } = nextGuid(before);
  const row: UsageEvent = {
    guid,
    createdAt: stamp(event.now),
    state: event.state,
    instance: { guid: instance.guid, name: instance.name },
    space: { guid: instance.spaceGuid, name: space?.name ?? "" },
    orgGuid: space?.orgGuid ?? "",
    plan: { guid: instance.planGuid, name: plan?.name ?? "" },
    offering: { guid: plan?.offeringGuid ?? "", name: plan?.offering ?? "" },
    broker: plan?.broker ?? "",
  };
  return { ...state, usageEvents: [...state.usageEvents, row] };
}

export interface AuditNote {
  readonly type: string;
  readonly actor: Actor;
  readonly target: AuditEvent["target"];
  readonly spaceGuid: string;
  readonly request?: Readonly<Record<string, unknown>>;
  readonly now: Date;
}

export function recordAudit(before: CloudControllerState, note: AuditNote): CloudControllerState {
  const { guid, state } = nextGuid(before);
  const row: AuditEvent = {
    guid,
    createdAt: stamp(note.now),
    type: note.type,
    actor: note.actor,
    target: note.target,
    data: note.request === undefined ? {} : { request: note.request },
    spaceGuid: note.spaceGuid,
    orgGuid: before.spaces.find((each) => each.guid === note.spaceGuid)?.orgGuid ?? null,
  };
  return { ...state, auditEvents: [...state.auditEvents, row] };
}
