import { expect, it } from "vitest";
import { SearchRate } from "../../../src/cli/screen/search-rate.ts";

it("A search that takes longer than a second tells how far it is, how fast, and how long still", () => {
  let now = 5000;
  const said: string[] = [];
  const { progress } = new SearchRate({ monotonicMs: () => now }, (line) => said.push(line));
  const total = 8_000_000_000;
  for (const [after, read] of [
    [0, 0],
    [900, 800_000_000],
    [1000, 1_000_000_000],
    [2500, 2_000_000_000],
    [3000, 6_000_000_000],
  ] as const) {
    now = 5000 + after;
    progress({ read, total });
  }
  expect(said).toEqual([
    "searched 1.0 GB of 8.0 GB (12 %), 1.0 GB a second, about 7 s to go",
    "searched 6.0 GB of 8.0 GB (75 %), 2.0 GB a second, about 1 s to go",
  ]);
});
