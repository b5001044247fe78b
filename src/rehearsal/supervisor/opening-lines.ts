/** The first lines of a rehearsal, said before the box is loaded and stands: nobody waits for a first word. */
import { type Pace, PACES } from "../box/clock.ts";
import type { Scenario } from "../scenarios/scenario.ts";

export const openingLines = ({ title, ticket }: Scenario, pace: Pace): readonly string[] => [
  `Rehearsal "${title}": everything below happens on this machine only.`,
  `Its clock runs ${PACES[pace]} times as fast as yours; all times below are by that clock.`,
  `  ${ticket.join(" ")}`,
];
