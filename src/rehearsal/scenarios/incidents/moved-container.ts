/** Row 16: the new container is not where it was first announced: the broker has moved it to another cell. */
import { recoveredComplaints } from "../endings.ts";
import { AGREES, EVERYTHING, INPUTS, TICKET } from "../happy.ts";
import { openStory } from "../opening.ts";
import type { Scenario } from "../scenario.ts";

export const movedContainer: Scenario = {
  name: "moved-container",
  title: "The new container has moved to another cell",
  teaches: "an address in a log is an address of then: the container is looked for on every cell, by its instance",
  ticket: TICKET,
  open: ({ seed, now }) =>
    openStory({
      era: "f",
      seed,
      now,
      afterDeletion: (world) => ({ ...world, faults: { ...world.faults, onceItLeads: { is: "move" } } }),
    }),
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => recoveredComplaints(closing, EVERYTHING),
};
