/** The broker's records of the instances that there are, as a foundation with the clusterdata callback keeps them. */
import type { Login } from "../world/broker-state.ts";
import { clusterState } from "../world/broker.ts";
import { clusterdataKey } from "../world/clone.ts";
import { happen } from "../world/story.ts";
import type { World } from "../world/world.ts";

export interface Recorded {
  /** As Cloud Foundry names it. */
  readonly name: string;
  /** The application's log-in in the record, if it is not the true one. */
  readonly app?: Login;
}

export function withClusterdata(world: World, { name, app }: Recorded): World {
  return Object.values(world.broker.instances).reduce((before, instance) => {
    const state = { ...clusterState(world, instance), service_instance_name: name };
    const text = JSON.stringify(app === undefined ? state : { ...state, app_credentials: app });
    const { bucket } = world.network;
    const key = clusterdataKey(instance.guid);
    return happen(before, 0, { is: "put-object", bucket, key, meaning: { is: "text", text }, by: "broker" });
  }, world);
}
