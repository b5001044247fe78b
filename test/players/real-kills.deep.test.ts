/** A sample of real kills, which shows the snapshots of the crash matrix to be like them. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { LONG, Rehearsals } from "../rehearsal/rehearsals.ts";
import { doneTwice } from "./counts.ts";
import type { Kill } from "./kill.ts";

let rehearsals: Rehearsals;
beforeAll(() => {
  rehearsals = new Rehearsals();
});
afterAll(() => rehearsals.remove());

const KILLS: readonly Kill[] = [
  { append: 24, when: "after" },
  { append: 46, when: "torn" },
  { append: 62, when: "before" },
  { change: 4 },
  { change: 30 },
  { change: 53 },
];

it(
  "a process that the kernel kills comes to the same end as the snapshot of that place, with nothing done twice",
  async () => {
    const undisturbed = await rehearsals.play();
    for (const kill of KILLS) {
      const { exitCode, complaints, counts } = await rehearsals.playKilled(kill);
      const at = JSON.stringify(kill);
      expect([exitCode, complaints], at).toEqual([0, []]);
      expect(doneTwice(undisturbed.counts, counts), at).toEqual([]);
    }
    console.log(`real kills: ${KILLS.length} of ${KILLS.length} recovered`);
  },
  LONG,
);
