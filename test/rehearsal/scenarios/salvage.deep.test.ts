/** A lost database that is looked for among volumes, in the box: killed at every place, and so its way back. */
import { expect, it } from "vitest";
import { CRASH_STRIDE } from "../../players/crash-stride.ts";
import { recoversEverywhere } from "../../players/everywhere.ts";

/** The least that a run must have: appends and changes of the engine, each with the troubles that can happen there. */
const LEAST = { recovery: 150, undo: 30 } as const;

it.each(["recovery", "undo"] as const)(
  "a lost database among volumes comes to the same end wherever its %s is killed",
  async (act) => {
    const tried = await recoversEverywhere("salvage-docker-volumes", {
      every: 1,
      act,
      least: LEAST[act],
      accidents: true,
    });
    // Some of the few that are taken with a stride may all be of other kinds.
    if (CRASH_STRIDE === 1) expect(tried.filter(({ planned }) => planned.column === "change")).not.toEqual([]);
  },
);
