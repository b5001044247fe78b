/** Row 5: a cluster of two nodes was deleted: two lines that say remove-node, and one deletion. */
import { recoveredComplaints } from "../endings.ts";
import { AGREES, EVERYTHING, INPUTS, TICKET } from "../happy.ts";
import { openStory } from "../opening.ts";
import type { Scenario } from "../scenario.ts";
import { unsaid } from "../told.ts";

export const twoNodes: Scenario = {
  name: "two-nodes",
  title: "The deleted database had two nodes",
  teaches: "two removed nodes are one deletion; it is recovered with one node, and the second is offered at the end",
  ticket: [...TICKET, "It ran on two nodes, they say."],
  // Only the logs are left to tell.
  open: ({ seed, now }) => openStory({ era: "f", seed, now, nodes: 2, withoutEvents: true }),
  inputs: { ...INPUTS, apps: "orders" },
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => recoveredComplaints(closing, EVERYTHING),
  unsaid: (told) => {
    const { nodes } = told.output("discover");
    const count = Array.isArray(nodes) ? nodes.length : 0;
    return [
      ...(count === 2 ? [] : [`${count} nodes of it were found, not 2`]),
      ...unsaid("the summary", JSON.stringify(told.output("summary")), ['\\"node-count\\":2']),
    ];
  },
};
