/** Facts that a restore learns of an archive while it reads the WAL. */
import { expect, it } from "vitest";
import { readArchive } from "../../../src/archive/reading/facts.ts";
import { withMet } from "../../../src/archive/restore/met.ts";
import { planRestore } from "../../../src/archive/restore/plan.ts";
import { restorable, segmentOf, walKey } from "../restorable-archive.ts";
import { OLD } from "../sample-archive.ts";
import { ALL, placeToRestore } from "./place-to-restore.ts";

placeToRestore();

it("keeps the end that one way met in a segment, when another way meets one before it", async () => {
  const facts = await readArchive(restorable(ALL).reader(), OLD, { times: true });
  const plan = planRestore(facts);
  const inside = { at: 0x10000100n, why: "a record has another sum" };
  const first = { name: segmentOf(16), ...inside, spoilt: true, unfollowed: undefined };
  const before = { at: 0x10000000n, why: "a record does not follow the one before it" };
  const second = { name: segmentOf(15), ...before, spoilt: false, unfollowed: segmentOf(16) };
  const once = withMet(facts, plan, { broken: undefined, badCopies: [], cut: first });
  const twice = withMet(once, plan, { broken: undefined, badCopies: [], cut: second });
  expect(twice.insides?.get(walKey(16))).toEqual({
    ends: { inside: [{ ...inside, flawed: true }], before: { ...before, flawed: true } },
  });
});
