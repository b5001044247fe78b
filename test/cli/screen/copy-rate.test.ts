import { expect, it } from "vitest";
import { CopyRate } from "../../../src/cli/screen/copy-rate.ts";

it("A copy that takes longer than a second tells how far it is, and how fast by what it copied itself", () => {
  let now = 5000;
  const said: string[] = [];
  const { progress } = new CopyRate({ monotonicMs: () => now }, (line) => said.push(line));
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
