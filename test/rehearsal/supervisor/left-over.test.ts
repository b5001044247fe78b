/** A kill while ephemeral users stand on cells. The built program is the child: */
import { readFileSync } from "node:fs";
import { afterAll, expect, it } from "vitest";
import type { Entry } from "../../../src/engine/journal/entry.ts";
import { filesBelow } from "../../../src/rehearsal/supervisor/leaks.ts";
import { LONG, Rehearsals } from "../rehearsals.ts";

/** In the middle of the run, when every cell has been logged in to. */
const KILLED_AT = 48;
const rehearsals = new Rehearsals();
afterAll(() => rehearsals.remove());

it(
  "the users that a kill left on cells are removed by the next process, and no key of theirs lies where runs are kept",
  async () => {
    const result = await rehearsals.playKilled({ append: KILLED_AT, when: "after" });
    expect([result.exitCode, result.complaints]).toEqual([0, []]);
    const entries = rehearsals.entriesOf(result.run);
    const [before, after] = [entries.slice(0, KILLED_AT), entries.slice(KILLED_AT)];
    const left = usersIn(before, "resource-opened");
    expect([left.length, usersIn(before, "resource-closed")]).toEqual([3, []]);
    // A removal is journaled only after the director has carried it out; it comes before the run goes on.
    const first = after.findIndex(({ type }) => type === "run-resumed");
    expect(usersIn(after.slice(0, first), "resource-closed").sort()).toEqual([...left].sort());
    const later = after.slice(first);
    expect(usersIn(later, "resource-closed").sort()).toEqual(usersIn(later, "resource-opened").sort());
    const kept = filesBelow(rehearsals.stateDirectory);
    expect(kept.filter((file) => readFileSync(file, "latin1").includes("PRIVATE KEY"))).toEqual([]);
  },
  LONG,
);

function usersIn(entries: readonly Entry[], type: "resource-opened" | "resource-closed"): string[] {
  return entries.flatMap((entry) => {
    if (entry.type !== type || entry.kind !== "ssh-user") return [];
    const { user } = entry.data;
    return typeof user === "string" ? [user] : [];
  });
}
