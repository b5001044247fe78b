/** A file that a person asked for: for every source of its text, `cat` shows it and no terminal obeys it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { writeOwnText } from "../../../src/cli/process/own-text.ts";
import { testDirectory } from "../../directory.ts";

let directory = "";
beforeEach(() => (directory = testDirectory()));

it("has no character that a terminal obeys, and is the same JSON", () => {
  const file = join(directory, "report.json");
  const said = { name: "\u001b[2Jdb\u009b1m\u202e\u200b\n" };
  writeOwnText(file, `${JSON.stringify(said)}\n`, "");
  const text = readFileSync(file, "utf8");
  expect(text).toBe('{"name":"\\u001b[2Jdb\\u009b1m\\u202e\\u200b\\n"}\n');
  expect(JSON.parse(text)).toEqual(said);
});
