/** Questions that `--decide` does not decide; decided.deep.test.ts has every question that it does. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LONG } from "../rehearsals.ts";
import { Unchosen } from "./unchosen.ts";

let unchosen: Unchosen;
beforeEach(() => {
  unchosen = new Unchosen();
});
afterEach(() => unchosen.remove());

describe("a name that is taken", () => {
  it(
    "is adopted by nobody but a person: 13, and nothing is touched",
    async () => {
      const stopped = await unchosen.play("created-again-empty");
      expect([stopped.exitCode, unchosen.stop?.code]).toEqual([13, "question-unanswered"]);
      expect(unchosen.stop?.remedy).not.toContain("=adopt");
      const before = unchosen.entries;
      expect((await unchosen.decide("space=adopt")).exitCode).toBe(13);
      expect(unchosen.entries).toEqual(before);
    },
    LONG,
  );
});
