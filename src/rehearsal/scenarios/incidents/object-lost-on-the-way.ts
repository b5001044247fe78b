/** Row 35: wal-e calls a segment that it did not find a complete restore (dingo.md §2.6). */
import { leftUsers } from "../endings.ts";
import { AGREES, INPUTS, TICKET } from "../happy.ts";
import { openStory } from "../opening.ts";
import type { Scenario } from "../scenario.ts";
import { refusalComplaints } from "../told.ts";
import { sparedComplaints } from "./blind-container.ts";

const LOST = "000000010000000000000009";
const BEFORE = "000000010000000000000008";

export const objectLostOnTheWay: Scenario = {
  name: "object-lost-on-the-way",
  title: "A segment that is there is not found, and reported complete",
  teaches: "wal-e says complete of what it could not locate: only segments that PostgreSQL restored count",
  ticket: [...TICKET, "The object store has hiccups tonight."],
  open: ({ seed, now }) => {
    const opening = openStory({ era: "f", seed, now });
    const { world } = opening;
    return { ...opening, world: { ...world, faults: { ...world.faults, lostOnTheWay: LOST } } };
  },
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 12,
  complaints: (closing) => [...sparedComplaints(closing), ...leftUsers(closing.world)],
  unsaid: (told) => refusalComplaints(told, "proof-failed", [LOST, BEFORE, "stopped"]),
};
