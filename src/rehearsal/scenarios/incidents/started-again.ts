/** Row 15: the stopped container runs again in the middle of the copy, and archives into it. */
import { recoveredComplaints } from "../endings.js";
import { AGREES, EVERYTHING, INPUTS, TICKET } from "../happy.js";
import { openStory } from "../opening.js";
import type { Scenario } from "../scenario.js";

export const startedAgain: Scenario = {
  name: "started-again",
  title: "The stopped container is started by somebody else",
  teaches: "what was established is looked at again when a step fails: from the stop on, all of it is done once more",
  ticket: [...TICKET, "(A colleague sees a stopped container on the cell, and starts it.)"],
  open: ({ seed, now }) =>
    openStory({
      era: "f",
      seed,
      now,
      afterDeletion: (world) => ({ ...world, faults: { ...world.faults, onFirstCopy: { is: "start" } } }),
    }),
  inputs: INPUTS,
  answers: { ...AGREES, "any choice": "again" },
  exitCode: 0,
  complaints: (closing) => [
    ...recoveredComplaints(closing, EVERYTHING),
    ...(closing.world.faults.onFirstCopy === undefined ? [] : ["nobody started the container"]),
  ],
  unsaid: (told) => (told.text.includes("was started again at") ? [] : ["the other start is not told"]),
};
