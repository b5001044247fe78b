/** Row 2: a broker of 0.10, the same space, its record in the bucket: clone-from does it all, and is offered first. */
import { allContainers } from "../../world/world.ts";
import { withClusterdata } from "../clusterdata.ts";
import { recoveredComplaints } from "../endings.ts";
import { AGREES, EVERYTHING, INPUTS, TICKET } from "../happy.ts";
import { openStory, SERVICE } from "../opening.ts";
import type { Closing, Scenario } from "../scenario.ts";

export const clone: Scenario = {
  name: "clone-from",
  title: "The broker itself can bring it back",
  teaches: "where the evidence says that clone-from works it is offered first; the proof of the data is the same",
  ticket: [...TICKET, "Nobody has touched the space since."],
  open: ({ seed, now }) =>
    openStory({ era: "f", seed, now, beforeDeletion: (world) => withClusterdata(world, { name: SERVICE }) }),
  inputs: INPUTS,
  answers: { ...AGREES, "clone-from": "clone" },
  exitCode: 0,
  complaints: (closing) => [...recoveredComplaints(closing, EVERYTHING), ...windowComplaints(closing)],
  unsaid: (told) =>
    told.output("way")["clone_from"] === SERVICE && !told.began("stop") ? [] : ["clone-from was not the way taken"],
};

/** Its container lives its first life: nothing was stopped, nothing copied by the tool. */
function windowComplaints({ world, old, exitCode }: Closing): string[] {
  const copies = world.store.requests.filter(({ operation }) => operation === "copy").length;
  const lives = allContainers(world).filter(({ container }) => container.env.PATRONI_SCOPE !== old);
  if (exitCode !== 0) return [];
  return [
    ...(copies === 0 ? [] : [`${copies} objects were copied by the tool`]),
    ...lives.filter(({ container }) => container.life !== 1).map(() => "a container was stopped"),
  ];
}
