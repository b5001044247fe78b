import { describe, expect, it } from "vitest";
import { openRunbook } from "../../src/cli/shipped-runbooks.js";
import { SCENARIOS } from "../../src/rehearsal/scenarios/registry.js";

describe("the first lines of a rehearsal", () => {
  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    "%s: say what a person at a terminal is asked to type",
    (_name, { ticket, runbook, inputs }) => {
      const told = ticket.join(" ");
      const asked = openRunbook(runbook ?? "recover-deleted-service").inputs.filter(
        (each) => each.default === undefined,
      );
      const unknown = asked.flatMap(({ name }) => (told.includes(String(inputs[name])) ? [] : [name]));
      expect(unknown).toEqual([]);
    },
  );
});
