/** The rig's broker as the Cloud Controller stand-in wants it: provisioning goes on while it is asked how it stands. */
import type { Broker, BrokerProgress, Credentials } from "../../../src/rehearsal/cloud-controller/broker.ts";
import { optional } from "../../../src/kit/optional.ts";
import type { RigBroker } from "./broker.ts";

export interface BrokerOptions {
  /** New instances come from an image without the trap: each stop runs into its ten seconds. */
  slowStop: boolean;
  /** New instances come from an image that nobody has seen. */
  unknownWords?: boolean;
  /** The broker binds when this is done: a test holds a binding open with it. */
  beforeBind?: (request: { readonly instanceGuid: string; readonly bindingGuid: string }) => Promise<void>;
}

export function cloudControllerBroker(broker: RigBroker, options: BrokerOptions): Broker {
  const operations = new Map<string, BrokerProgress>();
  const follow = (guid: string, work: Promise<unknown>): BrokerProgress => {
    operations.set(guid, { state: "in progress", description: "Preparing..." });
    work.then(
      () => operations.set(guid, { state: "succeeded", description: "Scheduling Completed" }),
      (error: unknown) => operations.set(guid, { state: "failed", description: String(error) }),
    );
    return { state: "in progress", description: "Preparing..." };
  };
  return {
    provision: async ({ instanceGuid, orgGuid, spaceGuid, parameters }) => {
      const nodeCount = typeof parameters["node-count"] === "number" ? parameters["node-count"] : 2;
      const { slowStop, unknownWords = false } = options;
      const { "clone-from": source } = parameters;
      const cloneFrom = optional("cloneFrom", typeof source === "string" ? source : undefined);
      const request = { nodeCount, organizationGuid: orgGuid, spaceGuid, slowStop, unknownWords, ...cloneFrom };
      return follow(instanceGuid, broker.provision(instanceGuid, request));
    },
    deprovision: async ({ instanceGuid }) => follow(instanceGuid, broker.deprovision(instanceGuid)),
    progress: async ({ instanceGuid }) =>
      operations.get(instanceGuid) ?? { state: "failed", description: "the broker does not know this instance" },
    bind: async (request) => options.beforeBind?.(request),
    unbind: async ({ instanceGuid }) => broker.unbind(instanceGuid),
    credentials: async ({ instanceGuid }): Promise<Credentials> => ({ ...(await broker.bind(instanceGuid)) }),
  };
}
