/** Row 11: a segment between the start and the stop of the base backup is gone: no consistent state can be reached. */
import { nothingCreatedComplaints } from "../endings.ts";
import { without } from "../damaged.ts";
import { AGREES, INPUTS, TICKET } from "../happy.ts";
import { openStory } from "../opening.ts";
import type { Scenario } from "../scenario.ts";
import { refusalComplaints } from "../told.ts";

export const inconsistentBackup: Scenario = {
  name: "inconsistent-backup",
  title: "WAL that the base backup itself needs is gone",
  teaches:
    "without the WAL from its start to its stop a base backup never becomes consistent: that is no loss to accept",
  ticket: TICKET,
  // The base begins and ends in its third segment.
  open: ({ seed, now }) => without(openStory({ era: "f", seed, now }), /wal_005\/000000010000000000000002\.lzo$/),
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 17,
  complaints: nothingCreatedComplaints,
  unsaid: (told) =>
    refusalComplaints(told, "not-restorable", ["WAL that it needs is missing: 000000010000000000000002"]),
};
