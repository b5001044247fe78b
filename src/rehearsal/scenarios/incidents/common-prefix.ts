/** Row 17: the old container was on 10.58.111.15, the new one is on 10.58.111.150. */
import { allContainers } from "../../world/world.ts";
import { recoveredComplaints } from "../endings.ts";
import { AGREES, EVERYTHING, INPUTS, TICKET } from "../happy.ts";
import { openStory } from "../opening.ts";
import type { Closing, Scenario } from "../scenario.ts";

const OTHER = "10.58.111.15";
const HERE = "10.58.111.150";

export const commonPrefix: Scenario = {
  name: "common-prefix",
  title: "One cell's address begins with another's",
  teaches: "addresses are compared whole: a search for 10.58.111.15 in a table also finds 10.58.111.150",
  ticket: TICKET,
  open: ({ seed, now }) => openStory({ era: "f", seed, now }),
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => [...recoveredComplaints(closing, EVERYTHING), ...placeComplaints(closing)],
};

/** The neighbour's container on the other cell lives its first life. */
function placeComplaints({ world, exitCode }: Closing): string[] {
  const sites = allContainers(world);
  const there = sites.filter(({ cell }) => cell.ip === OTHER);
  const here = sites.filter(({ cell }) => cell.ip === HERE);
  return [
    ...(here.length === 1 || exitCode !== 0 ? [] : [`${here.length} containers are on ${HERE}, not 1`]),
    ...there.filter(({ container }) => container.life !== 1).map(() => `the container on ${OTHER} was touched`),
    ...(there.length > 0 ? [] : [`no container is on ${OTHER}`]),
  ];
}
