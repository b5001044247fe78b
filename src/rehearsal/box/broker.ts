/** The Dingo broker of the world, as Cloud Controller calls it. */
import type { Broker, BrokerProgress } from "../cloud-controller/broker.ts";
import { credentials } from "../world/broker.ts";
import { ERAS } from "../world/eras.ts";
import type { World } from "../world/world.ts";
import type { WorldHost } from "./world-host.ts";

/** Cloud Controller's own patience with a broker (cf-bosh.md §2.4), as long as the first broker waits and more. */
const PATIENCE = 180_000;

function progressOf(world: World, guid: string): BrokerProgress {
  const instance = world.broker.instances[guid];
  if (instance !== undefined) return { state: instance.state, description: instance.description };
  if (world.broker.deleted.includes(guid)) return { state: "succeeded", description: "" };
  return { state: "failed", description: `service instance ${guid} doesn't exist` };
}

export function worldBroker(host: WorldHost): Broker {
  const settled = async (guid: string): Promise<BrokerProgress> => {
    await host.until((world) => progressOf(world, guid).state !== "in progress", PATIENCE);
    return progressOf(host.world(), guid);
  };
  return {
    provision: async (request) => {
      host.apply({ is: "provision", request });
      const { asynchronousCreate } = ERAS[host.world().era];
      // The first broker answers when it is done, or when it has waited long enough.
      if (!asynchronousCreate) return await settled(request.instanceGuid);
      // The other answers before it begins, however late it is looked at here.
      const progress = progressOf(host.world(), request.instanceGuid);
      return progress.state === "succeeded" ? { ...progress, state: "in progress" } : progress;
    },
    deprovision: async ({ instanceGuid }) => {
      host.apply({ is: "deprovision", guid: instanceGuid });
      return await settled(instanceGuid);
    },
    progress: ({ instanceGuid }) => Promise.resolve(progressOf(host.world(), instanceGuid)),
    bind: async ({ instanceGuid, bindingGuid }) => {
      host.apply({ is: "bind", guid: instanceGuid, binding: bindingGuid });
    },
    unbind: async ({ instanceGuid, bindingGuid }) => {
      host.apply({ is: "unbind", guid: instanceGuid, binding: bindingGuid });
    },
    credentials: async ({ instanceGuid }) => credentials(host.world(), instanceGuid),
  };
}
