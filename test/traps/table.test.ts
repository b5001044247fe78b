/** Walks the table of README.md: each trap has a guard that exists and a test of that title. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const COLUMNS = 6;

interface Row {
  readonly number: string;
  readonly trap: string;
  readonly source: string;
  readonly guard: string;
  readonly tests: string;
}

function rows(): readonly Row[] {
  const lines = readFileSync(join(import.meta.dirname, "README.md"), "utf8").split("\n");
  return lines
    .filter((line) => /^\| \d+ \|/.test(line))
    .map((line) => {
      const cells = line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "").trim());
      if (cells.length !== COLUMNS) throw new Error(`not ${COLUMNS} columns: ${line}`);
      const [number = "", trap = "", source = "", guard = "", tests = ""] = cells;
      return { number, trap, source, guard, tests };
    });
}

const text = new Map<string, string>();

function read(path: string): string {
  const known = text.get(path) ?? readFileSync(join(ROOT, path), "utf8");
  text.set(path, known);
  return known;
}

describe("the table of traps", () => {
  const all = rows();

  it("has rows, numbered from 1 on", () => {
    expect(all.length).toBeGreaterThan(60);
    expect(all.map(({ number }) => Number(number))).toEqual(all.map((_row, index) => index + 1));
  });

  it.each(all)("$number: $trap: names where it is written", ({ source }) => {
    expect(source).toMatch(/^(?:dingo|real-parts|original-parts) §\d/);
  });

  it.each(all)("$number: $trap: has a guard that exists", ({ guard }) => {
    const guards = [...guard.matchAll(/`([^`\s]+) ([A-Za-z._-]+)`/g)];
    expect(guards.length).toBeGreaterThan(0);
    for (const [, file = "", name = ""] of guards) {
      expect(existsSync(join(ROOT, file)), file).toBe(true);
      expect(read(file)).toContain(name);
    }
  });

  it.each(all)("$number: $trap: has a test of that title", ({ tests }) => {
    const named = [...tests.matchAll(/`([^`\s]+)` "([^"]+)"/g)];
    expect(named.length).toBeGreaterThan(0);
    for (const [, file = "", title = ""] of named) expect(read(file), file).toContain(`${title}"`);
  });
});
