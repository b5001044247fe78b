/** A network that is away in the middle of a recovery: the built program in a box under bad weather. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resumeRehearsal } from "../../../src/rehearsal/supervisor/rehearse.ts";
import { blowOf } from "../../players/weather/grammar.ts";
import { Weather } from "../../players/weather/weather.ts";
import { LONG, Rehearsals } from "../rehearsals.ts";

let rehearsals: Rehearsals;
beforeAll(() => {
  rehearsals = new Rehearsals();
});
afterAll(() => rehearsals.remove());

const waits = (run: string | undefined): number =>
  rehearsals.entriesOf(run).filter(({ type }) => type === "waited").length;

describe("a network that is away", () => {
  it(
    "for less than the patience is waited for, whatever was going on, and the recovery goes through",
    async () => {
      for (const fault of ["any#150=away:4m", "s3:CopyObject#5=away:6m"]) {
        // The box runs 150 times as fast: on a busy machine an attempt takes minutes of it.
        const args = [...rehearsals.sitting.args, "--patience", "40m"];
        const { exitCode, complaints, run } = await rehearsals.play({
          trouble: new Weather([blowOf(fault)]).over,
          args,
        });
        expect([exitCode, complaints], fault).toEqual([0, []]);
        // How often is a matter of how long an attempt takes here.
        expect(waits(run), fault).toBeGreaterThan(0);
      }
    },
    LONG,
  );

  it(
    "for longer ends the run with 15, waiting, and a resume goes on when it is back",
    async () => {
      const { over: trouble } = new Weather([blowOf("ssh#90=away:15m")]);
      const { exitCode, complaints, run = "" } = await rehearsals.play({ trouble });
      expect([exitCode, complaints]).toEqual([15, []]);
      expect(rehearsals.entriesOf(run).at(-1)).toMatchObject({ type: "run-stopped", exitCode: 15 });
      const again = await resumeRehearsal({ ...rehearsals.sitting, trouble, run });
      expect([again?.exitCode, again?.complaints]).toEqual([0, []]);
    },
    LONG,
  );
});
