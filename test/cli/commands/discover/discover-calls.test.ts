/** Calls of `discover` that a shell has changed on the way. */
import { afterAll, expect, it } from "vitest";
import { EXIT } from "../../../../src/errors.ts";
import { Place } from "../../program.ts";

const place = new Place();
afterAll(() => place.remove());

it.each([
  [
    ["a.log", "b.log", "c.log", "d.log", "e.log"],
    "Write --logs before each log file, and quotation marks around a pattern",
  ],
  [["a.log", "--name", ""], "--name is empty"],
  [["a.log", "--space", ""], "--space is empty"],
])("--logs %j is refused with what to write", async (words, says) => {
  const { code, stderr } = await place.run(["discover", "--logs", ...words]);
  expect({ code, stderr }).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining("usage") });
  const told = stderr.replaceAll(/\s+/gu, " ");
  expect(told).toContain(says);
  expect(told).not.toContain('"e.log"');
});
