/** The broker logged a deletion that never reached the cell (dingo.md §2.11): the deleted instance is not gone. */
import { happen } from "../../world/story.ts";
import { siteOf, type World } from "../../world/world.ts";
import { unless } from "../endings.ts";
import type { Place } from "../opening.ts";
import { faulty, type Row } from "../row.ts";
import type { Closing } from "../scenario.ts";

const ALARM = "The on-call of the platform adds: the broker had errors towards a cell at that time, but said 200.";

/** A delete that reaches no cell. */
const ALIVE = { beforeDeletion: faulty({ deafCells: true }), afterDeletion: faulty({ deafCells: false }) };

export const OLD_INSTANCE: readonly Row[] = [
  {
    name: "old-instance-stopped",
    title: "The deleted instance still runs; it is stopped cleanly",
    teaches:
      "A deletion can fail although the log tells of it. A clean stop of the old instance archives its last writes.",
    adds: [ALARM],
    story: ALIVE,
    answers: { "old-instance": "stop" },
    also: (closing) => statusComplaints(closing, "exited"),
  },
  {
    name: "old-instance-goes-on",
    title: "The deleted instance still runs, and may not be stopped",
    teaches: "You recover from the archive as it is. The old container goes on, and nobody touches it.",
    adds: [ALARM, "Do not touch what still runs: a batch job hangs on it until morning."],
    story: ALIVE,
    answers: { "old-instance": "archive" },
    also: (closing) => statusComplaints(closing, "running"),
  },
  {
    name: "old-directory-left",
    title: "Only the deleted instance's data directory is left",
    teaches: "The directory holds writes that were never archived. The tool copies it on its cell, and only reads it.",
    adds: [ALARM, "Somebody has removed the container since, by hand."],
    story: { ...ALIVE, afterDeletion: removed },
    answers: { "old-instance": "directory" },
    also: directoryComplaints,
    says: [["the start", "start", "decision", "local database exists"]],
  },
];

/** `docker rm --force`: no last segment is archived, and the volume stays. */
function removed(world: World, { old }: Place): World {
  const site = siteOf(world, old);
  if (site === undefined) return world;
  const { ip } = site.cell;
  const { name } = site.container;
  const killed = ALIVE.afterDeletion(happen(world, 0, { is: "docker-kill", cell: ip, name }));
  const cells = killed.cells.map((cell) => {
    const { [name]: _gone, ...containers } = cell.containers;
    return cell.ip === ip ? { ...cell, containers } : cell;
  });
  return { ...killed, cells };
}

function statusComplaints({ world, old, exitCode }: Closing, status: string): string[] {
  const found = siteOf(world, old)?.container.status;
  return unless(
    exitCode !== 0 || found === status,
    `the deleted instance's container is ${found ?? "gone"}, not ${status}`,
  );
}

/** It is as it was left: still there, and on its first timeline. */
function directoryComplaints({ world, exitCode }: Closing): string[] {
  const clusters = world.cells.flatMap((cell) =>
    Object.entries(cell.files).flatMap(([path, { database }]) =>
      database === undefined || cell.containers[path.split("/")[5] ?? ""] !== undefined ? [] : [database],
    ),
  );
  const untouched = clusters.some(({ timeline, tables }) => timeline === 1 && tables.orders !== undefined);
  return unless(exitCode !== 0 || untouched, "the old data directory is not what it was");
}
