/** Undo and cleanup of rehearsed recoveries. `npm run build` comes first; undo.deep.test.ts tries more depths, kills and cleanups. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Entry } from "../../../src/engine/journal/entry.ts";
import { standingText } from "../../../src/report/standing/standing.ts";
import { LONG, Rehearsals } from "../rehearsals.ts";

let rehearsals: Rehearsals;
let whole: readonly Entry[];

beforeAll(() => {
  rehearsals = new Rehearsals();
});
afterAll(() => rehearsals.remove());

describe("the undo of a rehearsed recovery", () => {
  it(
    "of a whole one ends with the foundation as it was, but for what is aside; a cleanup deletes that, and nothing else",
    async () => {
      const result = await rehearsals.play({ undo: true, cleanup: true });
      expect([result.exitCode, result.complaints]).toEqual([0, []]);
      expect(result.counts).toMatchObject({
        "broker provision": 1,
        "docker stop": 2,
        "docker start": 3,
        "host mv": 3,
        "host rm": 1,
        "docker update --restart=no": 2,
        "docker update --restart=always": 2,
      });
      expect(result.counts["broker deprovision"]).toBeUndefined();
      whole = rehearsals.entriesOf(result.run);
      expect(whole.at(-1)).toMatchObject({ type: "run-ended", outcome: "undone" });
    },
    LONG,
  );

  it("leaves every step that had changed something undone, last first", () => {
    const began = whole.flatMap((entry) =>
      entry.type === "step-started" && entry.effect !== "read" && entry.back !== true ? [entry.step] : [],
    );
    const undone = whole.flatMap((entry) => (entry.type === "step-undone" ? [entry.step] : []));
    expect(undone).toEqual([...new Set(began)].reverse());
    expect(undone.at(-1)).toBe("create");
  });

  it("is told with what it leaves", () => {
    const run = whole[0]?.run ?? "";
    expect(standingText(whole)).toBe(
      `Taken back, and left behind: the service instance "important-db-dingo-recover-${run}" goes on running; a copy of its own archive lies aside; the copy of the old archive lies aside; the recovered database lies aside on the cell; the application orders runs on with what it was started with.`,
    );
  });
});
