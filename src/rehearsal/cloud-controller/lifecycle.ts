/** How service instances and bindings come, change and go: state in, state out. Routes, broker outcomes and seeds share it. */
import { nextGuid, stamp } from "./exchange.ts";
import { type Actor, recordAudit, recordUsage } from "./records.ts";
import type { Binding, CloudControllerState, Instance, Job, Operation } from "./state.ts";

export interface When {
  readonly now: Date;
  readonly actor: Actor;
}

export interface NewInstance {
  readonly guid?: string;
  readonly name: string;
  readonly spaceGuid: string;
  readonly planGuid: string;
  readonly tags: readonly string[];
}

/** The row exists from the request on, for every later answer of the broker. */
export function addInstance(
  before: CloudControllerState,
  wanted: NewInstance,
  { now, actor }: When,
): { readonly state: CloudControllerState; readonly instance: Instance } {
  const drawn = nextGuid(before);
  const instance: Instance = {
    ...wanted,
    guid: wanted.guid ?? drawn.guid,
    createdAt: stamp(now),
    lastOperation: operation("create", "in progress", { now }),
    nextPollAt: now.getTime() + before.settings.brokerPollSeconds * 1000,
    actor: actor.guid,
  };
  const added = { ...drawn.state, instances: [...drawn.state.instances, instance] };
  const used = recordUsage(added, instance, { state: "CREATED", now });
  const state = recordAudit(used, instanceNote("start_create", instance, { now, actor }));
  return { state, instance };
}

/** There at once: no broker is asked. */
export function addUserProvided(
  before: CloudControllerState,
  wanted: Pick<NewInstance, "guid" | "name" | "spaceGuid" | "tags">,
  when: When,
): { readonly state: CloudControllerState; readonly instance: Instance } {
  const { now, actor } = when;
  const drawn = nextGuid(before);
  const instance: Instance = {
    ...wanted,
    type: "user-provided",
    guid: wanted.guid ?? drawn.guid,
    planGuid: "",
    createdAt: stamp(now),
    lastOperation: operation("create", "succeeded", { now, description: "Operation succeeded" }),
    nextPollAt: 0,
    actor: actor.guid,
  };
  const added = { ...drawn.state, instances: [...drawn.state.instances, instance] };
  return { state: recordAudit(added, instanceNote("create", instance, when)), instance };
}

export function removeUserProvided(before: CloudControllerState, instance: Instance, when: When): CloudControllerState {
  const instances = before.instances.filter((each) => each.guid !== instance.guid);
  return recordAudit({ ...before, instances }, instanceNote("delete", instance, when));
}

export function finishCreate(before: CloudControllerState, instance: Instance, when: When): CloudControllerState {
  const state = setOperation(before, instance.guid, operation("create", "succeeded", when));
  return recordAudit(state, instanceNote("create", instance, when));
}

export function finishDelete(before: CloudControllerState, instance: Instance, when: When): CloudControllerState {
  const gone = {
    ...before,
    instances: before.instances.filter((each) => each.guid !== instance.guid),
    bindings: before.bindings.filter((each) => each.instanceGuid !== instance.guid),
  };
  return recordAudit(
    recordUsage(gone, instance, { state: "DELETED", now: when.now }),
    instanceNote("delete", instance, when),
  );
}

export function startDelete(before: CloudControllerState, instance: Instance, when: When): CloudControllerState {
  const state = patchInstance(before, instance.guid, {
    lastOperation: operation("delete", "in progress", when),
    nextPollAt: when.now.getTime() + before.settings.brokerPollSeconds * 1000,
    actor: when.actor.guid,
  });
  return recordAudit(state, instanceNote("start_delete", instance, when));
}

export function addBinding(
  before: CloudControllerState,
  wanted: Pick<Binding, "type" | "name" | "instanceGuid" | "appGuid">,
  { now }: { readonly now: Date },
): { readonly state: CloudControllerState; readonly binding: Binding } {
  const { guid, state } = nextGuid(before);
  const binding = {
    ...wanted,
    guid,
    createdAt: stamp(now),
    lastOperation: operation("create", "in progress", { now }),
  };
  return { state: { ...state, bindings: [...state.bindings, binding] }, binding };
}

export function finishBinding(before: CloudControllerState, binding: Binding, when: When): CloudControllerState {
  const lastOperation = operation("create", "succeeded", when);
  const bindings = before.bindings.map((each) => (each.guid === binding.guid ? { ...each, lastOperation } : each));
  return recordAudit({ ...before, bindings }, bindingNote(before, "create", { binding, ...when }));
}

export function removeBinding(before: CloudControllerState, binding: Binding, when: When): CloudControllerState {
  const bindings = before.bindings.filter((each) => each.guid !== binding.guid);
  return recordAudit({ ...before, bindings }, bindingNote(before, "delete", { binding, ...when }));
}

export function addJob(
  before: CloudControllerState,
  wanted: Pick<Job, "operation" | "state"> & { readonly instanceGuid?: string },
  now: Date,
): { readonly state: CloudControllerState; readonly job: Job } {
  const { guid, state } = nextGuid(before);
  const job = { ...wanted, guid, createdAt: stamp(now) };
  return { state: { ...state, jobs: [...state.jobs, job] }, job };
}

export function patchInstance(
  state: CloudControllerState,
  guid: string,
  change: Partial<Instance>,
): CloudControllerState {
  return {
    ...state,
    instances: state.instances.map((each) => (each.guid === guid ? { ...each, ...change } : each)),
  };
}

export function setOperation(
  state: CloudControllerState,
  guid: string,
  lastOperation: Operation,
): CloudControllerState {
  return patchInstance(state, guid, { lastOperation });
}

export function operation(
  type: Operation["type"],
  state: Operation["state"],
  { now, description = "" }: { readonly now: Date; readonly description?: string },
): Operation {
  return { type, state, description, updatedAt: stamp(now) };
}

function instanceNote(verb: string, instance: Instance, { now, actor }: When): Parameters<typeof recordAudit>[1] {
  const kind = instance.type === "user-provided" ? "user_provided_service_instance" : "service_instance";
  return {
    type: `audit.${kind}.${verb}`,
    actor,
    target: { guid: instance.guid, type: kind, name: instance.name },
    spaceGuid: instance.spaceGuid,
    now,
  };
}

function bindingNote(
  state: CloudControllerState,
  verb: string,
  { binding, now, actor }: When & { readonly binding: Binding },
): Parameters<typeof recordAudit>[1] {
  const kind = binding.type === "app" ? "service_binding" : "service_key";
  const spaceGuid = state.instances.find((each) => each.guid === binding.instanceGuid)?.spaceGuid ?? "";
  const bound = { app_guid: binding.appGuid, service_instance_guid: binding.instanceGuid };
  const related = {
    relationships: {
      app: { data: { guid: binding.appGuid } },
      service_instance: { data: { guid: binding.instanceGuid } },
    },
  };
  return {
    type: `audit.${kind}.${verb}`,
    actor,
    target: { guid: binding.guid, type: kind, name: binding.name ?? "" },
    spaceGuid,
    // A create notes the v3 request as it came, a delete the flat form.
    request: verb === "create" ? { type: binding.type, ...related } : bound,
    now,
  };
}
