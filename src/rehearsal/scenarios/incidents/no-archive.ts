/** Row 8: its containers were made without a bucket ("Disabling wal-e archives"): there is no backup at all. */
import type { World } from "../../world/world.ts";
import { nothingCreatedComplaints } from "../endings.ts";
import { AGREES, INPUTS, TICKET } from "../happy.ts";
import { openStory } from "../opening.ts";
import type { Scenario } from "../scenario.ts";
import { refusalComplaints } from "../told.ts";

const archiving = (world: World, withoutArchive: boolean): World => ({
  ...world,
  faults: { ...world.faults, withoutArchive },
});

export const noArchive: Scenario = {
  name: "no-archive",
  title: "The database was never archived",
  teaches: "an empty place is told with what was searched, before anything is created",
  ticket: TICKET,
  open: ({ seed, now }) =>
    openStory({
      era: "f",
      seed,
      now,
      beforeCreation: (world) => archiving(world, true),
      beforeDeletion: (world) => archiving(world, false),
    }),
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 17,
  complaints: nothingCreatedComplaints,
  unsaid: (told) =>
    refusalComplaints(told, "not-restorable", ["no object", "s3://our-postgresql-backups/backups/6e101b27"]),
};
