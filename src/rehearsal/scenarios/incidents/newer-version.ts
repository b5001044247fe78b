/** Row 32: the images were upgraded, and a base backup starts only under the major version that made it. */
import { allContainers, type World } from "../../world/world.ts";
import { leftUsers } from "../endings.ts";
import { AGREES, INPUTS, TICKET } from "../happy.ts";
import { openStory } from "../opening.ts";
import type { Closing, Scenario } from "../scenario.ts";
import { refusalComplaints } from "../told.ts";

const upgraded = (world: World): World => ({ ...world, postgresVersion: "9.6.1" });

export const newerVersion: Scenario = {
  name: "newer-version",
  title: "New instances run a newer PostgreSQL than the archive",
  teaches: "a base backup starts only under the version that made it: told before the new container is even stopped",
  ticket: [...TICKET, "New databases have been PostgreSQL 9.6 since last week."],
  open: ({ seed, now }) => openStory({ era: "f", seed, now, beforeDeletion: upgraded }),
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 16,
  complaints: (closing) => [...touched(closing), ...leftUsers(closing.world)],
  unsaid: (told) => refusalComplaints(told, "does-not-fit", ["9.5.4", "9.6.1"]),
};

/** Made, and neither stopped nor emptied. */
function touched({ world }: Closing): string[] {
  const created = world.record.findLast(({ what }) => what === "provision")?.subject;
  const container = allContainers(world).find((site) => site.container.env.PATRONI_SCOPE === created)?.container;
  return container?.life === 1 && container.status === "running" ? [] : ["the new container was touched"];
}
