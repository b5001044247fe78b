/** Row 29: the deleted instance was itself a clone, so that clusterdata holds passwords that it never had (dingo.md §3.7). */
import { clusterState } from "../../world/broker.js";
import { happen } from "../../world/story.js";
import type { World } from "../../world/world.js";
import { recoveredComplaints } from "../endings.js";
import { AGREES, EVERYTHING, INPUTS, TICKET } from "../happy.js";
import { openStory, SERVICE } from "../opening.js";
import type { Closing, Scenario } from "../scenario.js";

const CLUSTERDATA = "dingo-postgresql-clusterdata-backup-";
const RANDOM = { username: "appuser", password: "never-set-in-any-db" } as const;

export const lyingClusterdata: Scenario = {
  name: "lying-clusterdata",
  title: "The broker's own record holds passwords that were never set",
  teaches:
    "clusterdata of a clone lies: nothing depends on it; passwords are set in the database and a log-in proves them",
  ticket: [...TICKET, `"${SERVICE}" had been made with clone-from last week, if that matters.`],
  open: ({ seed, now }) => openStory({ era: "f", seed, now, beforeDeletion: withClusterdata }),
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => [...recoveredComplaints(closing, EVERYTHING), ...clusterdataComplaints(closing)],
};

/** Written when the instance was cloned, and never deleted. */
function withClusterdata(world: World): World {
  return Object.values(world.broker.instances).reduce((before, instance) => {
    const state = { ...clusterState(world, instance), service_instance_name: SERVICE, app_credentials: RANDOM };
    return happen(before, 0, {
      is: "put-object",
      bucket: world.network.bucket,
      key: `${CLUSTERDATA}${instance.guid}.json`,
      meaning: { is: "text", text: JSON.stringify(state) },
      by: "broker",
    });
  }, world);
}

function clusterdataComplaints({ world, old }: Closing): string[] {
  const key = `${CLUSTERDATA}${old}.json`;
  const touched = world.store.requests.filter((request) => request.key === key && request.by !== "broker");
  return touched.map(({ operation, by }) => `${by} asked for ${key} (${operation})`);
}
