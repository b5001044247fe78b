/** Row 9: the parts of a base backup are there, its sentinel is not: the upload never finished. */
import { nothingCreatedComplaints } from "../endings.js";
import { without } from "../damaged.js";
import { AGREES, INPUTS, TICKET } from "../happy.js";
import { openStory } from "../opening.js";
import type { Scenario } from "../scenario.js";
import { refusalComplaints } from "../told.js";

export const unfinishedBackup: Scenario = {
  name: "unfinished-backup",
  title: "The only base backup never finished",
  teaches: "tar parts without their sentinel are no backup: WAL-E does not see them, and neither may anybody else",
  ticket: TICKET,
  open: ({ seed, now }) => without(openStory({ era: "f", seed, now }), /_backup_stop_sentinel\.json$/),
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 17,
  complaints: nothingCreatedComplaints,
  unsaid: (told) =>
    refusalComplaints(told, "not-restorable", ["whose upload never finished", "no finished base backup"]),
};
