/** A system of the foundation that is sick: the built program in a box under bad weather. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { blowOf } from "../../players/weather/grammar.ts";
import { Weather } from "../../players/weather/weather.ts";
import { LONG, Rehearsals } from "../rehearsals.ts";

let rehearsals: Rehearsals;
beforeAll(() => {
  rehearsals = new Rehearsals();
});
afterAll(() => rehearsals.remove());

it(
  "is waited for if that passes",
  async () => {
    const weather = new Weather([blowOf("cf=503"), blowOf("director=503"), blowOf("s3:Nothing=reset")]);
    const { exitCode, complaints } = await rehearsals.play({ trouble: weather.over });
    expect([exitCode, complaints]).toEqual([0, []]);
    expect(weather.struck.map((call) => call.replace(/:.*/u, "")).sort()).toEqual(["cf", "director"]);
  },
  LONG,
);

it(
  "ends the run with 15, waiting, if it stays so for longer than the patience",
  async () => {
    const weather = new Weather([blowOf("cf#1-=503")]);
    const args = [...rehearsals.sitting.args, "--patience", "1m"];
    const { exitCode, complaints, run } = await rehearsals.play({ trouble: weather.over, args });
    expect([exitCode, complaints]).toEqual([15, []]);
    expect(weather.struck.length).toBeGreaterThan(1);
    expect(rehearsals.entriesOf(run).at(-1)).toMatchObject({ type: "run-stopped", exitCode: 15 });
  },
  LONG,
);
