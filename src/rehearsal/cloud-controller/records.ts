/**
 * The records that Cloud Controller writes by itself: usage events from the model's hooks, audit events with the actor
 * (cf-bosh.md §2).
 */
import { nextGuid, stamp, type Subject } from "./exchange.ts";
import type { AuditEvent, Cloud, Instance, UsageEvent } from "./state.ts";

export interface Actor {
  readonly guid: string;
  readonly type: string;
  readonly name: string;
}

export const actorOf = ({ id, name }: Subject): Actor => ({ guid: id, type: "user", name });

export interface When {
  readonly now: Date;
  readonly actor: Actor;
}

/** One row per create, rename or plan change, and delete: however the instance died. */
export function recordUsage(
  state: Cloud,
  instance: Instance,
  { event, now }: { readonly event: UsageEvent["state"]; readonly now: Date },
): void {
  const space = state.spaces.find((each) => each.guid === instance.spaceGuid);
  const plan = state.plans.find((each) => each.guid === instance.planGuid);
  state.usageEvents.push({
    guid: nextGuid(state),
    createdAt: stamp(now),
    state: event,
    instance: { guid: instance.guid, name: instance.name },
    space: { guid: instance.spaceGuid, name: space?.name ?? "" },
    orgGuid: space?.orgGuid ?? "",
    plan: { guid: instance.planGuid, name: plan?.name ?? "" },
    offering: { guid: plan?.offeringGuid ?? "", name: plan?.offering ?? "" },
    broker: plan?.broker ?? "",
  });
}

export interface AuditNote {
  readonly type: string;
  readonly target: AuditEvent["target"];
  readonly spaceGuid: string;
  readonly request?: Readonly<Record<string, unknown>>;
}

export function recordAudit(state: Cloud, { request, ...note }: AuditNote, { now, actor }: When): void {
  state.auditEvents.push({
    ...note,
    guid: nextGuid(state),
    createdAt: stamp(now),
    actor,
    data: request === undefined ? {} : { request },
    orgGuid: state.spaces.find((each) => each.guid === note.spaceGuid)?.orgGuid ?? null,
  });
}
