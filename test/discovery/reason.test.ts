import { expect, it } from "vitest";
import type { Attempt } from "../../src/discovery/judgement/attempt.ts";
import { whyDeleted } from "../../src/discovery/judgement/reason.ts";

it.each([
  { seen: ["a"], planned: undefined, says: "removed 1 node and" },
  { seen: ["a"], planned: 1, says: "removed 1 of 1 node and" },
  { seen: ["a"], planned: 2, says: "removed 1 of 2 nodes and" },
  { seen: ["a", "b"], planned: undefined, says: "removed 2 nodes and" },
  { seen: ["a", "b"], planned: 1, says: "removed 2 nodes and" },
])("nodes that went are counted as one says it: $seen of $planned", ({ seen, planned, says }) => {
  const attempt = { style: "delete", nodes: new Set(seen), planned } as unknown as Attempt;
  expect(whyDeleted(attempt, "deleted")).toContain(says);
});
