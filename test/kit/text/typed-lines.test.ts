import { expect, it } from "vitest";
import type { PrintedCommand } from "../../../src/action.ts";
import { scriptHead, typedLines } from "../../../src/kit/text/typed-lines.ts";

it("sets a variable once in a place, before the command that needs it", () => {
  const command = { on: "here", line: "cf push", variables: [{ name: "A", setWith: "A=1" }] };
  expect(typedLines([command, command, { on: "there", line: "ls" }])).toEqual([
    ...["here$ A=1", "here$ cf push", "here$ cf push", "there$ ls"],
  ]);
});

it("leaves out what a journal holds in the place of a command", () => {
  const foreign = [null, 7, "x", [], {}, { on: "here", line: "ls", variables: [null] }, { on: "here", line: "id" }];
  expect(typedLines(foreign as unknown as readonly PrintedCommand[])).toEqual(["here$ id"]);
});

it("shows of a long script its first line, and how many more there are, and a short one whole", () => {
  const script = (lines: number): PrintedCommand => ({
    on: "here",
    line: ["sh -c '", ...Array.from({ length: lines }, (_each, index) => `echo ${index}`)].join("\n"),
  });
  expect(typedLines([script(40)]).map(scriptHead)).toEqual(["here$ sh -c ' … (40 lines more: m shows all of it)"]);
  expect(typedLines([script(3)]).map(scriptHead)).toEqual(typedLines([script(3)]));
});
