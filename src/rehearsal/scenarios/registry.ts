/** All scenarios, the default first. */
import { missingSysid, walGap } from "./damaged.js";
import { drill } from "./drill.js";
import { happyFirstEra, happyLastEra } from "./happy.js";
import { FURTHER, INCIDENTS, REMAINS } from "./incidents.js";
import { pageProcedure } from "./page-procedure.js";
import type { Scenario } from "./scenario.js";

const FIRST: readonly Scenario[] = [happyLastEra, happyFirstEra, pageProcedure, walGap, missingSysid];

export const SCENARIOS: readonly Scenario[] = [
  ...FIRST,
  ...[...INCIDENTS, ...FURTHER].map(({ scenario }) => scenario).filter((scenario) => !FIRST.includes(scenario)),
  ...REMAINS,
  drill,
];

export const findScenario = (name: string): Scenario | undefined => SCENARIOS.find((each) => each.name === name);
