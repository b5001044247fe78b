import { expect, it } from "vitest";
import { copyRate, searchRate } from "../../../src/cli/screen/rate.ts";

it("A copy that takes longer than a second tells how far it is, and how fast by what it copied itself", () => {
  let now = 5000;
  const said: string[] = [];
  const progress = copyRate({ monotonicMs: () => now }, (line) => said.push(line));
  for (const [after, done] of [
    [0, 1001],
    [900, 1500],
    [2000, 1600],
    [2100, 1700],
    [6000, 2000],
  ] as const) {
    now = 5000 + after;
    progress(done, 2000);
  }
  expect(said).toEqual(["copied 1600 of 2000 objects: 300 a second, about 2 s to go"]);
});

it("A search that takes longer than a second tells how far it is, how fast, and how long still", () => {
  let now = 5000;
  const said: string[] = [];
  const progress = searchRate({ monotonicMs: () => now }, (line) => said.push(line));
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
