/** The life of instances, bindings and jobs, with the events that each of its stages writes. */
import { change, drop } from "../draft.ts";
import { nextGuid, stamp } from "./exchange.ts";
import { type AuditNote, recordAudit, recordUsage, type When } from "./records.ts";
import type { Binding, Cloud, CloudControllerState, Instance, Job, Operation } from "./state.ts";

export interface NewInstance {
  readonly guid?: string;
  readonly name: string;
  readonly spaceGuid: string;
  readonly planGuid: string;
  readonly tags: readonly string[];
}

/** The row exists from the request on, for every later answer of the broker. */
export function addInstance(state: Cloud, wanted: NewInstance, when: When): Instance {
  const { now, actor } = when;
  const drawn = nextGuid(state);
  const instance: Instance = {
    ...wanted,
    guid: wanted.guid ?? drawn,
    createdAt: stamp(now),
    lastOperation: operation("create", "in progress", now),
    nextPollAt: nextPoll(state, now),
    actor: actor.guid,
  };
  state.instances.push(instance);
  recordUsage(state, instance, { event: "CREATED", now });
  recordAudit(state, instanceNote("start_create", instance), when);
  return instance;
}

/** There at once: no broker is asked. */
export function addUserProvided(state: Cloud, wanted: Omit<NewInstance, "planGuid">, when: When): Instance {
  const { now, actor } = when;
  const drawn = nextGuid(state);
  const instance: Instance = {
    ...wanted,
    type: "user-provided",
    guid: wanted.guid ?? drawn,
    planGuid: "",
    createdAt: stamp(now),
    lastOperation: { ...operation("create", "succeeded", now), description: "Operation succeeded" },
    nextPollAt: 0,
    actor: actor.guid,
  };
  state.instances.push(instance);
  recordAudit(state, instanceNote("create", instance), when);
  return instance;
}

export function removeUserProvided(state: Cloud, instance: Instance, when: When): void {
  drop(state.instances, ({ guid }) => guid === instance.guid);
  recordAudit(state, instanceNote("delete", instance), when);
}

export function finishCreate(state: Cloud, instance: Instance, when: When): void {
  patchInstance(state, instance.guid, { lastOperation: operation("create", "succeeded", when.now) });
  recordAudit(state, instanceNote("create", instance), when);
}

export function finishDelete(state: Cloud, instance: Instance, when: When): void {
  drop(state.instances, ({ guid }) => guid === instance.guid);
  drop(state.bindings, ({ instanceGuid }) => instanceGuid === instance.guid);
  recordUsage(state, instance, { event: "DELETED", now: when.now });
  recordAudit(state, instanceNote("delete", instance), when);
}

export function startDelete(state: Cloud, instance: Instance, when: When): void {
  patchInstance(state, instance.guid, {
    lastOperation: operation("delete", "in progress", when.now),
    nextPollAt: nextPoll(state, when.now),
    actor: when.actor.guid,
  });
  recordAudit(state, instanceNote("start_delete", instance), when);
}

export type NewBinding = Pick<Binding, "type" | "name" | "instanceGuid" | "appGuid">;

export function addBinding(state: Cloud, wanted: NewBinding, now: Date): Binding {
  const lastOperation = operation("create", "in progress", now);
  const binding = { ...wanted, guid: nextGuid(state), createdAt: stamp(now), lastOperation };
  state.bindings.push(binding);
  return binding;
}

export function finishBinding(state: Cloud, binding: Binding, when: When): void {
  const lastOperation = operation("create", "succeeded", when.now);
  change(state.bindings, ({ guid }) => guid === binding.guid, { lastOperation });
  recordAudit(state, bindingNote(state, "create", binding), when);
}

export function removeBinding(state: Cloud, binding: Binding, when: When): void {
  drop(state.bindings, ({ guid }) => guid === binding.guid);
  recordAudit(state, bindingNote(state, "delete", binding), when);
}

/** Its GUID. */
export function addJob(state: Cloud, wanted: Pick<Job, "operation" | "instanceGuid">, now: Date): string {
  const guid = nextGuid(state);
  state.jobs.push({ ...wanted, state: "PROCESSING", guid, createdAt: stamp(now) });
  return guid;
}

export const patchInstance = (state: Cloud, guid: string, changed: Partial<Instance>): void =>
  change(state.instances, (each) => each.guid === guid, changed);

export const nextPoll = ({ settings }: CloudControllerState, now: Date): number =>
  now.getTime() + settings.brokerPollSeconds * 1000;

export const operation = (type: Operation["type"], state: Operation["state"], now: Date): Operation => ({
  type,
  state,
  description: "",
  updatedAt: stamp(now),
});

function instanceNote(verb: string, { guid, name, spaceGuid, type }: Instance): AuditNote {
  const kind = type === "user-provided" ? "user_provided_service_instance" : "service_instance";
  return { type: `audit.${kind}.${verb}`, target: { guid, type: kind, name }, spaceGuid };
}

function bindingNote(state: Cloud, verb: "create" | "delete", binding: Binding): AuditNote {
  const kind = binding.type === "app" ? "service_binding" : "service_key";
  const { appGuid, instanceGuid } = binding;
  const relationships = { app: { data: { guid: appGuid } }, service_instance: { data: { guid: instanceGuid } } };
  return {
    type: `audit.${kind}.${verb}`,
    target: { guid: binding.guid, type: kind, name: binding.name ?? "" },
    spaceGuid: state.instances.find((each) => each.guid === instanceGuid)?.spaceGuid ?? "",
    // A create notes the v3 request as it came, a delete the flat form.
    request:
      verb === "create"
        ? { type: binding.type, relationships }
        : { app_guid: appGuid, service_instance_guid: instanceGuid },
  };
}
