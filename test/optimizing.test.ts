/** Flags of V8 are set only where it knows them: others are told on standard error, in the middle of an answer. */
import { expect, it } from "vitest";
import { hasInterruptBudget } from "../src/optimizing.ts";

it.each([
  ["11.3.244.8-node.30", true],
  ["12.4.254.21-node.33", false],
  ["13.6.233.10-node.28", false],
])("the V8 %s has the interrupt budget: %s", (version, has) => {
  expect(hasInterruptBudget(version)).toBe(has);
});
