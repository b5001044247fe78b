/** Row 9: the parts of a base backup are there, its sentinel is not: the upload never finished. */
import { nothingCreatedComplaints } from "../endings.ts";
import { without } from "../damaged.ts";
import { AGREES, INPUTS, TICKET } from "../happy.ts";
import { openStory } from "../opening.ts";
import type { Scenario } from "../scenario.ts";
import { refusalComplaints } from "../told.ts";

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
