/** The effect of a broker's answer on the Cloud Controller's state. */
import { change, draftOf, drop } from "../draft.ts";
import { type HttpResponse, jsonResponse } from "../http/message.ts";
import type { BrokerCall, BrokerOutcome, BrokerProgress } from "./broker.ts";
import { Refusal } from "./exchange.ts";
import {
  finishBinding,
  finishCreate,
  finishDelete,
  nextPoll,
  operation,
  patchInstance,
  removeBinding,
} from "./lifecycle.ts";
import type { When } from "./records.ts";
import type { Cloud, CloudControllerState, Instance, Job } from "./state.ts";
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
  const state = draftOf(before);
  drop(state.pending, (each) => JSON.stringify(each) === JSON.stringify(call));
  switch (call.kind) {
    case "credentials":
      return { state, response: details(outcome), calls: [] };
    case "bind":
    case "unbind":
      settleBinding(state, call, { outcome, now });
      return { state, calls: [] };
    case "provision":
    case "deprovision":
    case "progress": {
      const left = state.pending.length;
      settleOperation(state, call.instanceGuid, { progress: progressOf(outcome), now });
      return { state, calls: state.pending.slice(left) };
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
  state: Cloud,
  instanceGuid: string,
  { progress, now }: { readonly progress: BrokerProgress; readonly now: Date },
): void {
  const instance = state.instances.find((each) => each.guid === instanceGuid);
  // The end of an orphan mitigation finds no operation in progress: nobody waits for it.
  if (instance?.lastOperation.state !== "in progress") return;
  const { type } = instance.lastOperation;
  const job = (changed: Partial<Job>): void => change(state.jobs, isWaitingFor(instance), changed);
  const { description } = progress;
  const lastOperation = { ...operation(type, progress.state, now), description };
  switch (progress.state) {
    case "in progress":
      patchInstance(state, instanceGuid, { lastOperation, nextPollAt: nextPoll(state, now) });
      return job({ state: "POLLING" });
    case "succeeded": {
      const finish = type === "delete" ? finishDelete : finishCreate;
      finish(state, instance, whenOf(state, instance.actor, now));
      return job({ state: "COMPLETE" });
    }
    case "failed":
      patchInstance(state, instanceGuid, { lastOperation });
      job({ state: "FAILED", error: description });
      // The instance stays; a refused create is deprovisioned behind its back (orphan mitigation).
      if (type === "create") state.pending.push({ kind: "deprovision", jobGuid: "", instanceGuid });
  }
}

function settleBinding(
  state: Cloud,
  call: Extract<BrokerCall, { readonly kind: "bind" | "unbind" }>,
  { outcome, now }: Outcome,
): void {
  const binding = state.bindings.find((each) => each.guid === call.bindingGuid);
  if (binding === undefined) return;
  const job = (changed: Partial<Job>): void => change(state.jobs, ({ guid }) => guid === call.jobGuid, changed);
  if (outcome.kind === "refused") {
    if (call.kind === "bind") drop(state.bindings, (each) => each === binding);
    return job({ state: "FAILED", error: outcome.description });
  }
  const finish = call.kind === "bind" ? finishBinding : removeBinding;
  finish(state, binding, whenOf(state, "", now));
  job({ state: "COMPLETE" });
}

function details(outcome: BrokerOutcome): HttpResponse {
  return outcome.kind === "credentials"
    ? jsonResponse(200, { credentials: outcome.credentials, syslog_drain_url: null, volume_mounts: [] })
    : new Refusal(502, { code: 10001, title: "ServiceBrokerBadResponse" }, "The service broker did not answer")
        .response;
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

const whenOf = (state: CloudControllerState, guid: string, now: Date): When => ({
  now,
  actor: { guid, type: "user", name: subject(state, guid)?.name ?? "unknown" },
});

/** Whether the job waits for the instance. */
const isWaitingFor =
  (instance: Instance) =>
  ({ instanceGuid, state }: Job): boolean =>
    instanceGuid === instance.guid && (state === "PROCESSING" || state === "POLLING");
