/** Row 12: the database was restarted once and went on in a second timeline, whose own base backup never finished. */
import { archivePrefix, below } from "../../world/store.ts";
import { happen, pass } from "../../world/story.ts";
import { allContainers, type World } from "../../world/world.ts";
import { without } from "../damaged.ts";
import { recoveredComplaints } from "../endings.ts";
import { AGREES, EVERYTHING, INPUTS, TICKET } from "../happy.ts";
import { openStory } from "../opening.ts";
import type { Closing, Scenario } from "../scenario.ts";
import { type Told, unsaid } from "../told.ts";

const MINUTE = 60_000;
const MORE = 10;

export const twoTimelines: Scenario = {
  name: "two-timelines",
  title: "The archive has two timelines",
  teaches: "each promotion begins a timeline: segments are counted along the history, and the joint is no gap",
  ticket: [...TICKET, "The cell had been restarted in the afternoon, for what it is worth."],
  open: ({ seed, now }) =>
    without(
      openStory({ era: "f", seed, now, beforeDeletion: restarted }),
      /base_00000002[0-9A-F_]+_backup_stop_sentinel\.json$/,
    ),
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => [...recoveredComplaints(closing, EVERYTHING + MORE), ...archiveComplaints(closing)],
  unsaid: lostComplaints,
};

/** The daemon of the cell restarts; Patroni starts the database as a standby and promotes it. */
function restarted(world: World, scope: string): World {
  const site = allContainers(world).find(({ container }) => container.env.PATRONI_SCOPE === scope);
  const again = pass(happen(world, MINUTE, { is: "daemon-restart", cell: site?.cell.ip ?? "" }), 3 * MINUTE);
  const at = again.now + MINUTE;
  const rows = Array.from({ length: MORE }, (_, index) => ({
    at,
    values: { id: 1_000 + index, item: `late-${index}`, created_at: new Date(at).toISOString() },
  }));
  const change = { is: "rows", at, table: "orders", rows } as const;
  return happen(again, MINUTE, { is: "write", scope, change, thenSwitch: true });
}

function archiveComplaints({ world, old }: Closing): string[] {
  const keys = below(world, `${archivePrefix(old)}wal_005/`).map(([key]) => key);
  return keys.some((key) => key.endsWith("/00000002.history.lzo")) ? [] : ["the archive has no second timeline"];
}

function lostComplaints(told: Told): string[] {
  const source = told.output("source");
  return [
    ...(source["lost"] === 0 ? [] : [`${String(source["lost"])} segments are said to be lost`]),
    ...unsaid("the last segment", String(source["last_segment"]), ["00000002"]),
  ];
}
