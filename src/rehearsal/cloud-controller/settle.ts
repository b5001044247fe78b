/** The effect of a broker's answer on the Cloud Controller's state. */
import { type HttpResponse, jsonResponse } from "../http/message.ts";
import type { BrokerCall, BrokerOutcome, BrokerProgress } from "./broker.ts";
import { errorResponse } from "./exchange.ts";
import {
  finishBinding,
  finishCreate,
  finishDelete,
  operation,
  patchInstance,
  removeBinding,
  setOperation,
  type When,
} from "./lifecycle.ts";
import type { Actor } from "./records.ts";
import type { CloudControllerState, Instance, Job } from "./state.ts";
import { subject } from "./uaa.ts";

export interface Settled {
  readonly state: CloudControllerState;
  /** Replaces the answer of the request that made the call: the credentials of `/details`. */
  readonly response?: HttpResponse;
  /** Calls that follow from the outcome; pending in the state already. */
  readonly calls: readonly BrokerCall[];
}

export interface Outcome {
  readonly outcome: BrokerOutcome;
  readonly now: Date;
}

export function settle(before: CloudControllerState, call: BrokerCall, { outcome, now }: Outcome): Settled {
  const state = { ...before, pending: before.pending.filter((each) => each !== call && !sameCall(each, call)) };
  switch (call.kind) {
    case "credentials":
      return { state, response: details(outcome), calls: [] };
    case "bind":
    case "unbind":
      return { state: settleBinding(state, call, { outcome, now }), calls: [] };
    case "provision":
    case "deprovision":
    case "progress": {
      const after = settleOperation(state, call.instanceGuid, { progress: progressOf(outcome), now });
      return { state: after, calls: after.pending.filter((each) => !state.pending.includes(each)) };
    }
  }
}

/** Instances whose operation the broker should be asked about now. */
export function due(state: CloudControllerState, now: Date): readonly BrokerCall[] {
  return state.instances
    .filter((each) => each.lastOperation.state === "in progress" && each.nextPollAt <= now.getTime())
    .filter((each) => !state.pending.some((call) => call.instanceGuid === each.guid))
    .map((each) => ({ kind: "progress", instanceGuid: each.guid }));
}

function settleOperation(
  state: CloudControllerState,
  instanceGuid: string,
  { progress, now }: { readonly progress: BrokerProgress; readonly now: Date },
): CloudControllerState {
  const instance = state.instances.find((each) => each.guid === instanceGuid);
  // The end of an orphan mitigation finds no operation in progress: nobody waits for it.
  if (instance?.lastOperation.state !== "in progress") return state;
  const when = { now, actor: actorOf(state, instance.actor) };
  switch (progress.state) {
    case "in progress":
      return setJob(polledLater(state, instance, { ...when, description: progress.description }), instanceGuid, {
        state: "POLLING",
      });
    case "succeeded":
      return setJob(finished(state, instance, when), instanceGuid, { state: "COMPLETE" });
    case "failed":
      return failed(state, instance, { ...when, description: progress.description });
  }
}

function polledLater(
  state: CloudControllerState,
  instance: Instance,
  { now, description }: When & { readonly description: string },
): CloudControllerState {
  return patchInstance(state, instance.guid, {
    lastOperation: operation(instance.lastOperation.type, "in progress", { now, description }),
    nextPollAt: now.getTime() + state.settings.brokerPollSeconds * 1000,
  });
}

function finished(state: CloudControllerState, instance: Instance, when: When): CloudControllerState {
  return instance.lastOperation.type === "delete"
    ? finishDelete(state, instance, when)
    : finishCreate(state, instance, when);
}

/** The instance stays, with a failed operation; a refused create may be deprovisioned behind its back (orphan mitigation). */
function failed(
  before: CloudControllerState,
  instance: Instance,
  { now, description }: When & { readonly description: string },
): CloudControllerState {
  const type = instance.lastOperation.type;
  const marked = setOperation(before, instance.guid, operation(type, "failed", { now, description }));
  const state = setJob(marked, instance.guid, { state: "FAILED", error: description });
  if (type !== "create" || !state.settings.orphanMitigation) return state;
  const call = { kind: "deprovision", jobGuid: "", instanceGuid: instance.guid } as const;
  return { ...state, pending: [...state.pending, call] };
}

function settleBinding(
  state: CloudControllerState,
  call: Extract<BrokerCall, { readonly kind: "bind" | "unbind" }>,
  { outcome, now }: { readonly outcome: BrokerOutcome; readonly now: Date },
): CloudControllerState {
  const binding = state.bindings.find((each) => each.guid === call.bindingGuid);
  if (binding === undefined) return state;
  const when = { now, actor: actorOf(state, "") };
  if (outcome.kind === "refused") {
    const left = call.kind === "bind" ? state.bindings.filter((each) => each !== binding) : state.bindings;
    return setJobByGuid({ ...state, bindings: left }, call.jobGuid, { state: "FAILED", error: outcome.description });
  }
  const done = call.kind === "bind" ? finishBinding(state, binding, when) : removeBinding(state, binding, when);
  return setJobByGuid(done, call.jobGuid, { state: "COMPLETE" });
}

function details(outcome: BrokerOutcome): HttpResponse {
  return outcome.kind === "credentials"
    ? jsonResponse(200, { credentials: outcome.credentials, syslog_drain_url: null, volume_mounts: [] })
    : errorResponse(502, {
        code: 10001,
        title: "ServiceBrokerBadResponse",
        detail: "The service broker did not answer",
      });
}

function progressOf(outcome: BrokerOutcome): BrokerProgress {
  switch (outcome.kind) {
    case "progress":
      return outcome.progress;
    case "refused":
      return { state: "failed", description: outcome.description };
    case "done":
    case "credentials":
      return { state: "succeeded", description: "" };
  }
}

function actorOf(state: CloudControllerState, guid: string): Actor {
  return { guid, type: "user", name: subject(state, guid)?.name ?? "unknown" };
}

/** The end, or the next stage, of the job that waits for an instance. */
function setJob(state: CloudControllerState, instanceGuid: string, change: Partial<Job>): CloudControllerState {
  const isWaiting = (job: Job): boolean =>
    job.instanceGuid === instanceGuid && (job.state === "PROCESSING" || job.state === "POLLING");
  return { ...state, jobs: state.jobs.map((job) => (isWaiting(job) ? { ...job, ...change } : job)) };
}

function setJobByGuid(state: CloudControllerState, guid: string, change: Partial<Job>): CloudControllerState {
  return { ...state, jobs: state.jobs.map((job) => (job.guid === guid ? { ...job, ...change } : job)) };
}

function sameCall(a: BrokerCall, b: BrokerCall): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
