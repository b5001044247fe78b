/** Row 13: the bucket lies in another region than the configuration says. */
import type { World } from "../../world/world.ts";
import { recoveredComplaints } from "../endings.ts";
import { AGREES, EVERYTHING, INPUTS, TICKET } from "../happy.ts";
import { openStory } from "../opening.ts";
import type { Scenario } from "../scenario.ts";

const elsewhere = (world: World): World => ({
  ...world,
  network: { ...world.network, region: "eu-central-1", configuredRegion: "us-east-1" },
});

export const otherRegion: Scenario = {
  name: "other-region",
  title: "The bucket lies in another region",
  teaches: "a refusal for the wrong region is no empty archive: the store is asked where the bucket lies",
  ticket: TICKET,
  open: ({ seed, now }) => openStory({ era: "f", seed, now, beforeCreation: elsewhere }),
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => recoveredComplaints(closing, EVERYTHING),
};
