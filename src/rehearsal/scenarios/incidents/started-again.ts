/** Row 15: the stopped container runs again, in the middle of the copy or when its data directory is empty. */
import type { WorldEvent } from "../../world/events.ts";
import { allContainers, type World } from "../../world/world.ts";
import { recoveredComplaints } from "../endings.ts";
import { AGREES, BEFORE_THE_LAST_SEGMENT, EVERYTHING, INPUTS, TICKET } from "../happy.ts";
import { APP, openStory } from "../opening.ts";
import type { Closing, Scenario } from "../scenario.ts";

export const startedAgain: Scenario = {
  name: "started-again",
  title: "The stopped container is started by somebody else",
  teaches: "what was established is looked at again when a step fails: from the stop on, all of it is done once more",
  ticket: [...TICKET, "(A colleague sees a stopped container on the cell, and starts it.)"],
  open: ({ seed, now }) =>
    openStory({
      era: "f",
      seed,
      now,
      afterDeletion: (world) => ({ ...world, faults: { ...world.faults, onFirstCopy: { is: "start" } } }),
    }),
  inputs: INPUTS,
  answers: { ...AGREES, "any choice": "again" },
  exitCode: 0,
  complaints: (closing) => [
    ...recoveredComplaints(closing, EVERYTHING),
    ...(closing.world.faults.onFirstCopy === undefined ? [] : ["nobody started the container"]),
  ],
  unsaid: (told) => (told.text.includes("was started again at") ? [] : ["the other start is not told"]),
};

/** The first releases have a Docker that cannot change the policy of a container (dingo.md §2.7): nothing holds it. */
const UNHELD = { era: "a", withoutEvents: true } as const;

const FIRST_ERA = {
  ticket: [...TICKET, `The application that uses it is "${APP}".`],
  inputs: { ...INPUTS, apps: APP },
  answers: { ...AGREES, "any choice": "again" },
  exitCode: 0,
} as const;

export const restartedByItself: Scenario = {
  ...FIRST_ERA,
  name: "restarted-by-itself",
  title: "The Docker daemon restarts when the data directory has just been moved aside",
  teaches:
    "a container that nothing holds restores by itself, unproven: it is stopped, what it made goes aside too, and the steps concerned are done again",
  open: ({ seed, now }) =>
    openStory({
      ...UNHELD,
      seed,
      now,
      afterDeletion: (world) => ({ ...world, faults: { ...world.faults, onceEmptied: { is: "daemon-restart" } } }),
    }),
  complaints: (closing) => [
    ...recoveredComplaints(closing, BEFORE_THE_LAST_SEGMENT),
    ...(closing.world.faults.onceEmptied === undefined ? [] : ["the daemon did not restart"]),
    ...bothAsideComplaints(closing),
  ],
  unsaid: (told) => (told.text.includes("was started again at") ? [] : ["the other start is not told"]),
};

export const restartedUnseen: Scenario = {
  ...FIRST_ERA,
  name: "restarted-unseen",
  title: "The laptop dies before the start, and the Docker daemon restarts meanwhile",
  teaches:
    "a resumed run looks at the container's life: a database that came back by itself is not the one that was agreed on, and it is done again",
  open: ({ seed, now }) => openStory({ ...UNHELD, seed, now }),
  interruption: { at: /^change-like .*\/data$/, meanwhile: daemonRestarts },
  complaints: (closing) => [...recoveredComplaints(closing, BEFORE_THE_LAST_SEGMENT), ...bothAsideComplaints(closing)],
  unsaid: (told) =>
    told.text.includes('"type":"drift-found","step":"stop"') ? [] : ["the resumed run does not see the other start"],
};

function daemonRestarts(world: World): readonly WorldEvent[] {
  const created = world.record.findLast(({ what }) => what === "provision")?.subject ?? "";
  const site = allContainers(world).find(({ container }) => container.env.PATRONI_SCOPE === created);
  return site === undefined ? [] : [{ is: "daemon-restart", cell: site.cell.ip }];
}

/** The empty database, and what the container made of the empty directory. */
function bothAsideComplaints({ world, exitCode }: Closing): string[] {
  if (exitCode !== 0) return [];
  const paths = world.cells.flatMap(({ files }) => Object.keys(files));
  const aside = paths.filter((path) => /\/data\.dingo-recover-[^/]+$/.test(path));
  return aside.length === 2 ? [] : [`two directories should be aside, ${aside.length} are`];
}
