/** Row 26: a director from before instance ids, which answers with the index alone (cf-bosh.md §3.3). */
import { recoveredComplaints } from "../endings.ts";
import { AGREES, EVERYTHING, INPUTS, TICKET } from "../happy.ts";
import { openStory } from "../opening.ts";
import type { Closing, Scenario } from "../scenario.ts";

export const numberedDirector: Scenario = {
  name: "numbered-director",
  title: "The director knows its instances by number",
  teaches: "old directors say cell_z1/0, newer ones cell_z1/GUID: the plan is the same, the ssh user goes away in both",
  ticket: TICKET,
  open: ({ seed, now }) => ({ ...openStory({ era: "f", seed, now }), directorIdentity: "index" }),
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => [...recoveredComplaints(closing, EVERYTHING), ...wrongMachines(closing)],
  unsaid: (told) =>
    /^cell_z\d-[^/]+\/\d$/.test(String(told.output("locate")["cell"])) ? [] : ["the cell is not named by its index"],
};

/** Both groups have an index 0: the address joins, never the number alone. */
function wrongMachines({ world }: Closing): string[] {
  const strayUsers = world.record.filter(({ what }) => what === "setup").length;
  const removed = world.record.filter(({ what }) => what === "cleanup").length;
  return removed >= strayUsers ? [] : [`${strayUsers - removed} ephemeral users were not removed`];
}
