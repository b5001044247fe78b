/** Row 34: two services whose GUIDs begin alike; the containers' lines show six characters only (dingo.md §2.5). */
import { recoveredComplaints } from "../endings.ts";
import { AGREES, EVERYTHING, INPUTS, TICKET } from "../happy.ts";
import { openStory } from "../opening.ts";
import { archivePrefix, below } from "../../world/store.ts";
import { allContainers } from "../../world/world.ts";
import type { Closing, Scenario } from "../scenario.ts";

const TWIN = "6e101b27-0000-4000-8000-00000000beef";

export const sameFirstLetters: Scenario = {
  name: "same-first-letters",
  title: "A healthy database has a GUID that begins alike",
  teaches: "log lines of containers show six characters of a GUID: identity is only ever the whole of it",
  ticket: TICKET,
  open: ({ seed, now }) => openStory({ era: "f", seed, now, bystander: TWIN }),
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => [...recoveredComplaints(closing, EVERYTHING), ...twinComplaints(closing)],
  unsaid: (told) => (told.output("discover")["guid"] === TWIN ? ["the living twin was taken for the deleted one"] : []),
};

/** Its one container runs its first life, and its archive was written by itself alone. */
function twinComplaints({ world }: Closing): string[] {
  const twin = allContainers(world).find(({ container }) => container.env.PATRONI_SCOPE === TWIN)?.container;
  if (twin?.process.role !== "master" || twin.life !== 1) return ["the twin does not run its first life any more"];
  const foreign = world.store.requests.filter(
    ({ key, by, operation }) => key.startsWith(archivePrefix(TWIN)) && by !== twin.name && operation !== "list",
  );
  const gone = below(world, archivePrefix(TWIN)).length === 0 ? ["the twin has no archive any more"] : [];
  return [...gone, ...foreign.map(({ operation, by, key }) => `${by} asked for the twin's ${key} (${operation})`)];
}
