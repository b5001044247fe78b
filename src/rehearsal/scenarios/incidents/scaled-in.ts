/** Row 6: a node went because the instance was scaled in; the line is the same as in a deletion. */
import { happen, pass } from "../../world/story.ts";
import { leftUsers } from "../endings.ts";
import { AGREES, INPUTS } from "../happy.ts";
import { openStory, SERVICE } from "../opening.ts";
import type { Scenario } from "../scenario.ts";
import { refusalComplaints } from "../told.ts";

const MINUTE = 60_000;

export const scaledIn: Scenario = {
  name: "scaled-in",
  title: "A node went, and the database is alive",
  teaches: "scale-in logs the same line as a deletion: what lives is no candidate, and the reason is said",
  ticket: [
    `03:07, from the team of the shop: the log says that a node of "${SERVICE}" was removed 40 minutes ago.`,
    'Has it been deleted? Org "acme", space "production".',
  ],
  open: ({ seed, now }) =>
    openStory({
      era: "f",
      seed,
      now,
      nodes: 2,
      staysAlive: true,
      afterDeletion: (world, { old }) => pass(happen(world, MINUTE, { is: "scale-in", guid: old }), MINUTE),
    }),
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 17,
  complaints: ({ world, old }) => [
    ...(world.broker.instances[old]?.nodes.length === 1 ? [] : ["the living instance is not as it was"]),
    ...leftUsers(world),
  ],
  unsaid: (told) => refusalComplaints(told, "nothing-found", ["scale in", SERVICE, "is alive"]),
};
