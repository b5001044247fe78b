/** The thirty-five incidents of facts dingo.md §8, by their row: each is a scenario, one file below `incidents/`. */
import { happyFirstEra } from "./happy.js";
import { walGap } from "./damaged.js";
import type { Scenario } from "./scenario.js";

export interface Incident {
  /** Row of the table, from 1. */
  readonly row: number;
  readonly scenario: Scenario;
}

export const INCIDENTS: readonly Incident[] = [
  { row: 1, scenario: happyFirstEra },
  { row: 10, scenario: walGap },
];
