/** A window is looked for by the order of lines: a file that is out of order is read whole. */
import { closeSync, openSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { sectionOf } from "../../../src/discovery/scan/section.ts";
import { fileDirectory } from "../../directory.ts";

const directory = fileDirectory();

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 21);
const instantOf = (line: string): number | undefined => {
  const at = Date.parse(line.slice(0, 24));
  return Number.isNaN(at) ? undefined : at;
};
/** A line every ten seconds. */
const machine = (name: string, from: number, minutes: number): string =>
  Array.from({ length: minutes * 6 }, (_none, index) => {
    const at = new Date(START + from * MINUTE + index * 10_000).toISOString();
    return `${at} ${name} router: a line of five hundred bytes or so, ${"x".repeat(450)}\n`;
  }).join("");

function search(text: string, from: number, to: number): ReturnType<typeof sectionOf> {
  const file = path.join(directory, "log");
  writeFileSync(file, text);
  const descriptor = openSync(file, "r");
  try {
    const period = { from: START + from * MINUTE, to: START + to * MINUTE, instantOf };
    return sectionOf({ descriptor, size: statSync(file).size }, period);
  } finally {
    closeSync(descriptor);
  }
}

const DAY = 24 * 60;

describe("the section of a file that a window lies in", () => {
  it("is found if its lines follow one another", () => {
    const section = search(machine("a", 0, DAY), 600, 610);
    expect(section).toBeDefined();
    expect((section?.to ?? 0) - (section?.from ?? 0)).toBeLessThan(machine("a", 0, DAY).length / 4);
  });

  it.each([0.1, 0.3, 0.6, 0.85])("is all of it if another machine's lines stand in it, at %s", (share) => {
    const cut = Math.floor(DAY * share);
    const text = machine("a", 0, cut) + machine("b", 660, 60) + machine("a", cut, DAY - cut);
    for (const from of [60, 200, 400, 680, 700, 1000, 1300]) {
      const section = search(text, from, from + 5);
      const first = text.indexOf(new Date(START + (from + 1) * MINUTE).toISOString());
      const last = text.lastIndexOf(new Date(START + (from + 1) * MINUTE).toISOString());
      if (section === undefined) continue;
      expect(section.from).toBeLessThanOrEqual(first);
      expect(section.to).toBeGreaterThan(last);
    }
  });

  it("is all of it if another machine's lines fill half a mebibyte in the midst of a large file", () => {
    const few = machine("a", 0, DAY);
    const long = few.replaceAll("x".repeat(450), "x".repeat(15_000));
    const middle = long.indexOf("\n", long.length / 2 + 1_100_000) + 1;
    const text = long.slice(0, middle) + machine("b", 100, 200) + long.slice(middle);
    expect(search(text, 60, 65)).toBeUndefined();
    expect(search(long, 60, 65)).toBeDefined();
  });

  it("is all of it if a few lines of another machine stand at its end", () => {
    const text = machine("a", 0, DAY) + machine("b", 660, 1);
    expect(search(text, 655, 665)).toBeUndefined();
  });
});
