import { findScenario } from "../../src/rehearsal/scenarios/registry.ts";
import type { Scenario } from "../../src/rehearsal/scenarios/scenario.ts";

export function scenarioNamed(name: string): Scenario {
  const scenario = findScenario(name);
  if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
  return scenario;
}
