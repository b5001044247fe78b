/** The box that a run belongs to: by the notes of the program in the box, and not by time alone. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readRehearsalMode } from "../../../src/cli/process/rehearsal-mode.ts";
import { findRehearsal, noteIn, rehearsalsIn, runsOf, saveRecord } from "../../../src/rehearsal/supervisor/record.ts";
import { REHEARSAL_VARIABLE } from "../../../src/rehearsal/variable.ts";

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), "dingo-recover-record-"));
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

const watched = { before: {}, requestsBefore: 0, old: "x" } as never;

function box(name: string): string {
  const directory = join(rehearsalsIn(state), name);
  mkdirSync(directory, { recursive: true });
  saveRecord(directory, { version: 1, scenario: name, watched, since: 0 });
  return directory;
}

function beginIn(directory: string, run: string): void {
  const setting = { clock: { realMs: 1, epochMs: 1, rate: 1 }, runs: noteIn(directory) };
  readRehearsalMode({ [REHEARSAL_VARIABLE]: JSON.stringify(setting) })?.began(run);
}

describe("the box of a rehearsed run", () => {
  it("is the one whose program began it, also if two boxes stand at once", () => {
    const [one, two] = [box("one"), box("two")];
    mkdirSync(join(state, "runs", "run-b"), { recursive: true });
    beginIn(two, "run-b");
    expect(runsOf(one)).toEqual([]);
    beginIn(one, "run-a");
    expect(findRehearsal(state, "run-a")?.directory).toBe(one);
    expect(findRehearsal(state, "run-b")?.directory).toBe(two);
    expect(findRehearsal(state, "run-c")).toBeUndefined();
  });

  it("is found for each run of a batch, which comes first", () => {
    const directory = box("batch");
    for (const run of ["batch", "member-1", "member-2"]) beginIn(directory, run);
    expect(runsOf(directory)[0]).toBe("batch");
    expect(findRehearsal(state, "member-2")?.directory).toBe(directory);
  });

  it.each(["", "null", "{", "{}"])("is found beside one whose record is %j", (spoilt) => {
    writeFileSync(join(box("a-spoilt"), "rehearsal.json"), spoilt);
    const directory = box("whole");
    beginIn(directory, "run-a");
    expect(findRehearsal(state, "run-a")?.directory).toBe(directory);
  });

  it("takes no torn line for a run", () => {
    const directory = box("torn");
    beginIn(directory, "run-a");
    appendFileSync(noteIn(directory), "20261121-1200");
    expect(runsOf(directory)).toEqual(["run-a"]);
  });
});
