import { describe, expect, it } from "vitest";
import { openRunbook } from "../../../src/cli/process/shipped-runbooks.ts";
import { SCENARIOS } from "../../../src/rehearsal/scenarios/registry.ts";

/** Of each runbook, read once: those without a default. */
const asked = new Map<string, readonly string[]>();

function askedBy(runbook: string): readonly string[] {
  const known = asked.get(runbook);
  if (known !== undefined) return known;
  const inputs = openRunbook(runbook).inputs.filter((each) => each.default === undefined);
  const names = inputs.map(({ name }) => name);
  asked.set(runbook, names);
  return names;
}

describe("the first lines of a rehearsal", () => {
  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    "%s: say what a person at a terminal is asked to type",
    (_name, { ticket, runbook, inputs }) => {
      const told = ticket.join(" ");
      const names = askedBy(runbook ?? "recover-deleted-service");
      expect(names.filter((name) => !told.includes(String(inputs[name])))).toEqual([]);
    },
  );
});
