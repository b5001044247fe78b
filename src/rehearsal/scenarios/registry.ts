/** All scenarios, the default first. */
import { missingSysid, walGap } from "./damaged.js";
import { happyFirstEra, happyLastEra } from "./happy.js";
import { pageProcedure } from "./page-procedure.js";
import type { Scenario } from "./scenario.js";

export const SCENARIOS: readonly Scenario[] = [happyLastEra, happyFirstEra, pageProcedure, walGap, missingSysid];

export const findScenario = (name: string): Scenario | undefined => SCENARIOS.find((each) => each.name === name);
