import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { AnyAction } from "../../src/action.ts";
import { REGISTRY } from "../../src/wiring/registry.ts";
import { openRunbook } from "../../src/cli/process/shipped-runbooks.ts";
import { foreseeUnits } from "../../src/engine/state/foresight.ts";
import { planRun } from "../../src/engine/state/plan.ts";
import { resolve } from "../../src/engine/runbook/resolve.ts";
import { inputsOf } from "../printed/samples.ts";
import { fc } from "../properties.ts";

const NAMES = readdirSync("runbooks").map((file) => file.slice(0, -".yml".length));
const RUN = "20260101-000000-abcd";
const LABEL = `dingo-recover.run=${RUN}`;

/** Of all steps, as far as they can be told before anything ran. */
function printed(name: string): string {
  const plan = planRun(openRunbook(name));
  const at = { run: RUN, plan, evaluator: { resolve, evaluate: () => null }, scope: {}, skipped: new Set<string>() };
  return plan.steps
    .flatMap(({ step: { forEach: _several, ...step }, ...planned }) => foreseeUnits(at, { ...planned, step }))
    .flatMap(({ commands }) => commands)
    .map(({ line }) => line)
    .join("\n");
}

describe("commands to be pasted", () => {
  it.each(NAMES)("of %s hold the run's own id, never a word in its place", (name) => {
    expect(printed(name)).not.toMatch(/(?<![A-Z_])RUN(?![A-Z_])/u);
  });

  it("label what is made by hand as the run would", () => {
    for (const id of ["salvage.copy", "salvage.put-back"]) {
      const action = REGISTRY.get(id) as AnyAction;
      const labels = fc.sample(inputsOf(action.input), { seed: 1, numRuns: 20 }).flatMap((input) => {
        const commands = action.describe(action.input.parse(input), RUN);
        return commands.flatMap(({ line }) => /--label (\S+)/u.exec(line)?.[1] ?? []);
      });
      expect(new Set(labels)).toEqual(new Set([LABEL]));
    }
  });
});
