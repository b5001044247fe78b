/** Row 14: the container does not end within its grace: Docker uses the force, and the leader key lives on. */
import { recoveredComplaints } from "../endings.ts";
import { AGREES, EVERYTHING, INPUTS, TICKET } from "../happy.ts";
import { openStory } from "../opening.ts";
import type { Scenario } from "../scenario.ts";

const EXIT_KILLED = 137;

export const slowStop: Scenario = {
  name: "slow-stop",
  title: "The container does not stop within ten seconds",
  teaches: "a stop that ends in a kill leaves the leader key behind: the start waits until it has expired",
  ticket: TICKET,
  open: ({ seed, now }) =>
    openStory({
      era: "f",
      seed,
      now,
      afterDeletion: (world) => ({ ...world, faults: { ...world.faults, slowStops: 1 } }),
    }),
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => recoveredComplaints(closing, EVERYTHING),
  unsaid: (told) => {
    const code = told.output("stop")["exit_code"];
    return code === EXIT_KILLED ? [] : [`the stop is told with the exit code ${String(code)}, not ${EXIT_KILLED}`];
  },
};
