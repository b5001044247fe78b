/** Row 32: no cell has room for the expanded base backup and the segments behind it. */
import { nothingCreatedComplaints } from "../endings.ts";
import { AGREES, INPUTS, TICKET } from "../happy.ts";
import { openStory } from "../opening.ts";
import type { Scenario } from "../scenario.ts";
import { refusalComplaints } from "../told.ts";

const MIB = 1024 ** 2;

export const smallDisks: Scenario = {
  name: "small-disks",
  title: "No cell has room for the database",
  teaches:
    "the sentinel says how large the data are; a disk that would be full in mid-restore is told before the create",
  ticket: [...TICKET, "By the way, the monitoring complains about the persistent disks of the cells."],
  open: ({ seed, now }) => {
    const opening = openStory({ era: "f", seed, now });
    const cells = opening.world.cells.map((cell, index) => ({ ...cell, freeBytes: (index + 1) * 4 * MIB }));
    return { ...opening, world: { ...opening.world, cells } };
  },
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 16,
  complaints: nothingCreatedComplaints,
  unsaid: (told) => refusalComplaints(told, "does-not-fit", [`${3 * 4 * MIB} free`]),
};
