/** Row 13: the bucket lies in another region than the configuration says. */
import type { World } from "../../world/world.js";
import { recoveredComplaints } from "../endings.js";
import { AGREES, EVERYTHING, INPUTS, TICKET } from "../happy.js";
import { openStory } from "../opening.js";
import type { Scenario } from "../scenario.js";

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
