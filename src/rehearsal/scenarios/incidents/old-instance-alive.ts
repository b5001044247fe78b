/** DESIGN §5: the broker logged a deletion that never reached the cell (dingo.md §2.11), and OLD lives on. */
import { happen } from "../../world/story.ts";
import { allContainers, type Site, type World } from "../../world/world.ts";
import { recoveredComplaints } from "../endings.ts";
import { AGREES, EVERYTHING, INPUTS, TICKET } from "../happy.ts";
import { openStory, type Place } from "../opening.ts";
import type { Closing, Opening, Scenario } from "../scenario.ts";
import { unsaid } from "../told.ts";

const ALARM = "The on-call of the platform adds: the broker had errors towards a cell at that time, but said 200.";

/** A delete that reaches no cell. */
const unheard = (world: World): World => ({ ...world, faults: { ...world.faults, deafCells: true } });
const heard = (world: World): World => ({ ...world, faults: { ...world.faults, deafCells: false } });

const openAlive = ({ seed, now }: { readonly seed: number; readonly now: number }): Opening =>
  openStory({ era: "f", seed, now, beforeDeletion: unheard, afterDeletion: heard });

const siteOf = (world: World, scope: string): Site | undefined =>
  allContainers(world).find(({ container }) => container.env.PATRONI_SCOPE === scope);

export const oldInstanceStopped: Scenario = {
  name: "old-instance-stopped",
  title: "The deleted instance still runs; it is stopped cleanly",
  teaches:
    "a logged deletion can have failed: what lives is newer than the archive, and a clean stop archives the rest",
  ticket: [...TICKET, ALARM],
  open: openAlive,
  inputs: INPUTS,
  answers: { ...AGREES, "old-instance": "stop" },
  exitCode: 0,
  complaints: (closing) => [...recoveredComplaints(closing, EVERYTHING), ...statusComplaints(closing, "exited")],
};

export const oldInstanceGoesOn: Scenario = {
  name: "old-instance-goes-on",
  title: "The deleted instance still runs, and may not be stopped",
  teaches: "the archive as it is: copied as it was verified, while the old container adds to it and is left alone",
  ticket: [...TICKET, ALARM, "Do not touch what still runs: a batch job hangs on it until morning."],
  open: openAlive,
  inputs: INPUTS,
  answers: { ...AGREES, "old-instance": "archive" },
  exitCode: 0,
  complaints: (closing) => [...recoveredComplaints(closing, EVERYTHING), ...statusComplaints(closing, "running")],
};

export const oldDirectoryLeft: Scenario = {
  name: "old-directory-left",
  title: "Only the deleted instance's data directory is left",
  teaches: "a directory that was left behind holds what was never archived: it is copied on its cell, and only read",
  ticket: [...TICKET, ALARM, "Somebody has removed the container since, by hand."],
  open: ({ seed, now }) =>
    openStory({ era: "f", seed, now, beforeDeletion: unheard, afterDeletion: (world, place) => removed(world, place) }),
  inputs: INPUTS,
  answers: { ...AGREES, "old-instance": "directory" },
  exitCode: 0,
  complaints: (closing) => [...recoveredComplaints(closing, EVERYTHING), ...directoryComplaints(closing)],
  unsaid: (told) => unsaid("the start", String(told.output("start")["decision"]), ["local database exists"]),
};

/** `docker rm --force`: no last segment is archived, and the volume stays. */
function removed(world: World, { old }: Place): World {
  const site = siteOf(world, old);
  if (site === undefined) return world;
  const { ip } = site.cell;
  const { name } = site.container;
  const killed = heard(happen(world, 0, { is: "docker-kill", cell: ip, name }));
  const cells = killed.cells.map((cell) => {
    const { [name]: _gone, ...containers } = cell.containers;
    return cell.ip === ip ? { ...cell, containers } : cell;
  });
  return { ...killed, cells };
}

function statusComplaints({ world, old, exitCode }: Closing, status: string): string[] {
  const container = siteOf(world, old)?.container;
  if (exitCode !== 0 || container?.status === status) return [];
  return [`the deleted instance's container is ${container?.status ?? "gone"}, not ${status}`];
}

/** It is as it was left: still there, and on its first timeline. */
function directoryComplaints({ world, exitCode }: Closing): string[] {
  const clusters = world.cells.flatMap((cell) =>
    Object.entries(cell.files).flatMap(([path, { database }]) =>
      database === undefined || cell.containers[path.split("/")[5] ?? ""] !== undefined ? [] : [database],
    ),
  );
  const untouched = clusters.some(({ timeline, tables }) => timeline === 1 && tables.orders !== undefined);
  return exitCode !== 0 || untouched ? [] : ["the old data directory is not what it was"];
}
