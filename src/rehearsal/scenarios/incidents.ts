/** The thirty-five incidents of facts dingo.md §8, by their row: each is a scenario, one file below `incidents/`. */
import { happyFirstEra } from "./happy.js";
import { walGap } from "./damaged.js";
import { slowCreate } from "./incidents/slow-create.js";
import { wrongOrganization } from "./incidents/wrong-organization.js";
import { numberedDirector } from "./incidents/numbered-director.js";
import { lyingClusterdata } from "./incidents/lying-clusterdata.js";
import { smallDisks } from "./incidents/small-disks.js";
import { sameFirstLetters } from "./incidents/same-first-letters.js";
import { blindContainer } from "./incidents/blind-container.js";
import { objectLostOnTheWay } from "./incidents/object-lost-on-the-way.js";
import type { Scenario } from "./scenario.js";

export interface Incident {
  /** Row of the table, from 1. */
  readonly row: number;
  readonly scenario: Scenario;
}

export const INCIDENTS: readonly Incident[] = [
  { row: 1, scenario: happyFirstEra },
  { row: 10, scenario: walGap },
  { row: 22, scenario: slowCreate },
  { row: 24, scenario: wrongOrganization },
  { row: 26, scenario: numberedDirector },
  { row: 29, scenario: lyingClusterdata },
  { row: 30, scenario: blindContainer },
  { row: 32, scenario: smallDisks },
  { row: 34, scenario: sameFirstLetters },
  { row: 35, scenario: objectLostOnTheWay },
];
