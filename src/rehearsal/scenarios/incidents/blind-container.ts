/** Row 30: the container says "new cluster, no existing backup to restore" over a whole archive (dingo.md §2.5, §3.4). */
import { archivePrefix } from "../../world/store.ts";
import { allContainers } from "../../world/world.ts";
import { leftUsers } from "../endings.ts";
import { AGREES, INPUTS, TICKET } from "../happy.ts";
import { openStory } from "../opening.ts";
import type { Closing, Scenario } from "../scenario.ts";
import { refusalComplaints } from "../told.ts";

export const blindContainer: Scenario = {
  name: "blind-container",
  title: "The container does not see the archive that was copied for it",
  teaches:
    "a start that restores nothing is no success: the container is stopped at once, before it archives over the copy",
  ticket: [...TICKET, "Somebody tightened the policy of the containers' S3 key this week; backups kept working."],
  open: ({ seed, now }) => {
    const opening = openStory({ era: "f", seed, now });
    const { world } = opening;
    return { ...opening, world: { ...world, faults: { ...world.faults, containersMayNotList: true } } };
  },
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 12,
  complaints: (closing) => [...sparedComplaints(closing), ...leftUsers(closing.world)],
  unsaid: (told) => refusalComplaints(told, "proof-failed", ["no existing backup", "stopped", "copied archive"]),
};

/** The new instance's container was stopped, and writes no more over the archive that was copied in. */
export function sparedComplaints({ world, cloudController }: Closing): string[] {
  const created = world.record.findLast(({ what }) => what === "provision")?.subject ?? "";
  const site = allContainers(world).find(({ container }) => container.env.PATRONI_SCOPE === created);
  if (site === undefined || cloudController.instances.every(({ guid }) => guid !== created))
    return ["there is no new instance"];
  const { container } = site;
  const stopped = world.record.findLast(({ what, subject }) => what === "die" && subject === container.name);
  const own = world.store.requests.filter(
    ({ at, by, key }) => at > (stopped?.at ?? 0) && by === container.name && key.startsWith(archivePrefix(created)),
  );
  return [
    ...(container.status === "exited" ? [] : [`the container is ${container.status}`]),
    ...own.map(({ operation, key }) => `the container did ${operation} ${key} after it was stopped`),
  ];
}
