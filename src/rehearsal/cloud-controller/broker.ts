/**
 * The questions that Cloud Controller asks a service broker (Open Service Broker API, reduced). Both the box and the
 * rig answer them.
 */
import type { ProvisionRequest } from "../world/broker.ts";

export type BrokerState = "in progress" | "succeeded" | "failed";

export interface BrokerProgress {
  readonly state: BrokerState;
  readonly description: string;
}

export type Credentials = Readonly<Record<string, string | number>>;

/**
 * All calls may be repeated with the same GUID: a stand-in that was killed makes its pending calls again.
 * A rejected promise is the broker's refusal; its message becomes the operation's description.
 */
export interface Broker {
  /** "in progress" makes the create asynchronous: `progress` is then asked until it ends. Must answer quickly. */
  provision(request: ProvisionRequest): Promise<BrokerProgress>;
  deprovision(request: { readonly instanceGuid: string }): Promise<BrokerProgress>;
  /** How the running operation of an instance stands. */
  progress(request: { readonly instanceGuid: string }): Promise<BrokerProgress>;
  bind(request: { readonly instanceGuid: string; readonly bindingGuid: string }): Promise<void>;
  unbind(request: { readonly instanceGuid: string; readonly bindingGuid: string }): Promise<void>;
  /** The credentials of a binding, for `/details`; never kept in the Cloud Controller's state. */
  credentials(request: { readonly instanceGuid: string; readonly bindingGuid: string }): Promise<Credentials>;
}

/** A call that `handle` decided on; the shell makes it and settles the state with its outcome. */
export type BrokerCall =
  | ({ readonly kind: "provision"; readonly jobGuid: string } & ProvisionRequest)
  | { readonly kind: "deprovision"; readonly jobGuid: string; readonly instanceGuid: string }
  | { readonly kind: "progress"; readonly instanceGuid: string }
  | { readonly kind: "bind"; readonly jobGuid: string; readonly instanceGuid: string; readonly bindingGuid: string }
  | { readonly kind: "unbind"; readonly jobGuid: string; readonly instanceGuid: string; readonly bindingGuid: string }
  | { readonly kind: "credentials"; readonly instanceGuid: string; readonly bindingGuid: string };

export type BrokerOutcome =
  | { readonly kind: "progress"; readonly progress: BrokerProgress }
  | { readonly kind: "done" }
  | { readonly kind: "credentials"; readonly credentials: Credentials }
  | { readonly kind: "refused"; readonly description: string };

/** Makes one call; a refusal is an outcome, never an exception. */
export async function callBroker(broker: Broker, call: BrokerCall): Promise<BrokerOutcome> {
  try {
    switch (call.kind) {
      case "provision":
        return { kind: "progress", progress: await broker.provision(call) };
      case "deprovision":
        return { kind: "progress", progress: await broker.deprovision(call) };
      case "progress":
        return { kind: "progress", progress: await broker.progress(call) };
      case "bind":
        await broker.bind(call);
        return { kind: "done" };
      case "unbind":
        await broker.unbind(call);
        return { kind: "done" };
      case "credentials":
        return { kind: "credentials", credentials: await broker.credentials(call) };
    }
  } catch (error) {
    return { kind: "refused", description: error instanceof Error ? error.message : String(error) };
  }
}
