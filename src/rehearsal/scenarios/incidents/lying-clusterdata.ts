/** Row 29: the deleted instance was itself a clone, so that clusterdata holds passwords that it never had (dingo.md §3.7). */
import { clusterdataKey } from "../../world/clusterdata.ts";
import { withClusterdata } from "../clusterdata.ts";
import { recoveredComplaints } from "../endings.ts";
import { AGREES, EVERYTHING, INPUTS, TICKET } from "../happy.ts";
import { openStory, SERVICE } from "../opening.ts";
import type { Closing, Scenario } from "../scenario.ts";

const RANDOM = { username: "appuser", password: "never-set-in-any-db" } as const;

export const lyingClusterdata: Scenario = {
  name: "lying-clusterdata",
  title: "The broker's own record holds passwords that were never set",
  teaches:
    "clusterdata of a clone lies: nothing depends on it; passwords are set in the database and a log-in proves them",
  ticket: [...TICKET, `"${SERVICE}" had been made with clone-from last week, if that matters.`],
  open: ({ seed, now }) =>
    openStory({
      era: "f",
      seed,
      now,
      beforeDeletion: (world) => withClusterdata(world, { name: SERVICE, app: RANDOM }),
    }),
  inputs: INPUTS,
  // Its record would be cloned along with it: the operator knows better.
  answers: { ...AGREES, "clone-from": "archive" },
  exitCode: 0,
  complaints: (closing) => [...recoveredComplaints(closing, EVERYTHING), ...clusterdataComplaints(closing)],
};

function clusterdataComplaints({ world, old }: Closing): string[] {
  const key = clusterdataKey(old);
  const written = ["put", "copy", "delete"];
  const touched = world.store.requests.filter(
    ({ key: at, by, operation }) => at === key && by !== "broker" && written.includes(operation),
  );
  return touched.map(({ operation, by }) => `${by} asked for ${key} (${operation})`);
}
