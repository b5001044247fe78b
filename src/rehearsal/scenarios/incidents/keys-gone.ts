/** Row 18: the etcd keys that are to be set and removed are gone already. */
import { recoveredComplaints } from "../endings.ts";
import { AGREES, EVERYTHING, INPUTS, TICKET } from "../happy.ts";
import { openStory } from "../opening.ts";
import type { Deed } from "../../world/deed.ts";
import type { Scenario } from "../scenario.ts";

const CLEANED: Deed = { is: "drop-keys", keys: ["optime", "initialize"] };

export const keysGone: Scenario = {
  name: "keys-gone",
  title: "Somebody has cleaned etcd already",
  teaches: "404 from etcd is fine for what is to be removed; the system identifier is written all the same",
  ticket: [...TICKET, "(A colleague reads the published page beside you, and deletes keys.)"],
  open: ({ seed, now }) =>
    openStory({
      era: "f",
      seed,
      now,
      afterDeletion: (world) => ({
        ...world,
        faults: { ...world.faults, afterStop: [{ ms: 1_000, deed: CLEANED }] },
      }),
    }),
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => recoveredComplaints(closing, EVERYTHING),
  unsaid: (told) => {
    const { removed } = told.output("optime");
    return removed === null ? [] : [`the last position was still there: ${JSON.stringify(removed)}`];
  },
};
