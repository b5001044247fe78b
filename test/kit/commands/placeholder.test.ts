/** Texts that are a placeholder, and names that look a little like one. */
import { describe, expect, it } from "vitest";
import { foreseeUnits } from "../../../src/engine/state/foresight.ts";
import { planRun } from "../../../src/engine/state/plan.ts";
import { isUnknown, known, placeholder, placeholderIn, UnknownValue } from "../../../src/kit/commands/placeholder.ts";
import { resolve } from "../../../src/engine/runbook/resolve.ts";
import { FakeWorld, reading } from "../../engine/fake-world.ts";
import { runbookOf, step } from "../../engine/fixture.ts";

describe("a value that is not known yet", () => {
  it.each([
    ...["item", "item.name", "inputs.new_name", "run.id", "flags.accept_loss"],
    ...["create-service.guid", "deployment.gateway.host", "steps.create_service"],
  ])("is seen within a text: %s", (path) => {
    const written = placeholder(path.split("."));
    expect(placeholderIn(`cf-${written}/data`)).toBe(written);
    expect(() => known(written)).toThrow(UnknownValue);
  });

  it("is one also if a whole output is meant", () => {
    const plan = planRun(
      runbookOf([
        step("find", { action: reading(new FakeWorld()), with: { key: "db" } }),
        step("use", { action: reading(new FakeWorld()), with: { key: "${{ steps.find }}" } }),
      ]),
    );
    const at = {
      run: "RUN",
      plan,
      evaluator: { resolve, evaluate: () => null },
      scope: {},
      skipped: new Set<string>(),
    };
    const [, use] = plan.steps;
    const [unit] = use === undefined ? [] : foreseeUnits(at, use);
    expect(isUnknown(JSON.stringify(unit?.input))).toBe(true);
  });
});

describe("a name that somebody chose", () => {
  it.each([
    "shop<old>",
    "<old>",
    "a <b> c",
    "<Old.name>",
    "<ops@example.com>",
    "<a.>",
    "<.a>",
    "1<2 and 3>2",
    "<x.y z>",
  ])("is known: %s", (name) => {
    expect(known(name)).toBe(name);
    expect(isUnknown(name)).toBe(false);
  });
});
