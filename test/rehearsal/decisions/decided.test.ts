/** `--decide` for the choice at which a run in the box stopped; the other questions are in decided.deep.test.ts. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LONG } from "../rehearsals.js";
import { Unchosen } from "./unchosen.js";

let unchosen: Unchosen;
beforeEach(() => {
  unchosen = new Unchosen();
});
afterEach(() => unchosen.remove());

describe("a run that a guard stopped because the container was started meanwhile", () => {
  it(
    "names the decision, is left as it is by any other, and goes on to its end with it",
    async () => {
      const stopped = await unchosen.play("started-again");
      // The guard of the move, the copy and its proof see it; which of them looks first is a matter of moments.
      expect([
        [16, "guard-refused"],
        [16, "target-not-fresh"],
        [12, "proof-failed"],
      ]).toContainEqual([stopped.exitCode, unchosen.stop?.code]);
      expect(unchosen.stop?.remedy).toContain(`"dingo-recover resume ${unchosen.run} --decide 'stop=again'"`);
      const before = unchosen.entries;
      for (const given of ["stop=go-on", "stop=redo", "data=again", "halt=again"])
        expect([given, (await unchosen.decide(given)).exitCode]).toEqual([given, 2]);
      expect(unchosen.entries).toEqual(before);
      const done = await unchosen.decide("stop=again");
      expect([done.exitCode, done.complaints]).toEqual([0, []]);
      expect(unchosen.answers).toContainEqual([expect.stringMatching(/^drift-/u), "again", "flag"]);
    },
    LONG,
  );
});
