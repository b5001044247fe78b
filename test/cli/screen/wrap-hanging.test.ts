/** Lines of an answer on a narrow terminal. */
import { expect, it } from "vitest";
import { wrapHanging } from "../../../src/cli/screen/text.ts";

it("puts the lines of a value under each other, those of a sentence two blanks further in", () => {
  expect(wrapHanging("   why      the broker began to delete it, and ended", 32)).toEqual([
    "   why      the broker began to",
    "            delete it, and ended",
  ]);
  expect(wrapHanging("   last WAL one two three four five", 24)).toEqual([
    "   last WAL one two",
    "            three four",
    "            five",
  ]);
  expect(wrapHanging("      the broker refused it", 20)).toEqual(["      the broker", "        refused it"]);
});

it("leaves a command as it is, which is copied, and a line that fits", () => {
  const command = "   dingo-recover run --input service=orders-db";
  expect(wrapHanging(command, 20)).toEqual([command]);
  expect(wrapHanging("   why      short", 40)).toEqual(["   why      short"]);
});
