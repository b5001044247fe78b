import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { firstState } from "../../src/rehearsal/supervisor/first-state.js";
import { leakComplaints, secretsOf } from "../../src/rehearsal/supervisor/leaks.js";
import { happy } from "./rehearsals.js";

let stateDirectory: string;
beforeEach(() => {
  stateDirectory = mkdtempSync(join(tmpdir(), "leaks-"));
});
afterEach(() => rmSync(stateDirectory, { recursive: true, force: true }));

describe("what a rehearsed run leaves behind", () => {
  const state = firstState(happy(), happy().open({ seed: 1, now: Date.now() }));

  it("is searched for every secret of the box, in every file of the run", () => {
    const secrets = [...secretsOf(state)];
    expect(secrets.length).toBeGreaterThan(4);
    mkdirSync(join(stateDirectory, "runs", "r", "evidence"), { recursive: true });
    for (const [index, [, secret]] of secrets.entries())
      writeFileSync(join(stateDirectory, "runs", "r", "evidence", `${index}`), `{"text":"before ${secret} after"}`);
    const complaints = leakComplaints(state, { stateDirectory, run: "r" });
    for (const [name] of secrets)
      expect(complaints.some((complaint) => complaint.includes(`${name} stands in evidence/`))).toBe(true);
  });

  it("is no leak where it holds none of them", () => {
    mkdirSync(join(stateDirectory, "runs", "r"), { recursive: true });
    writeFileSync(join(stateDirectory, "runs", "r", "journal.jsonl"), '{"password":"<masked>"}\n');
    expect(leakComplaints(state, { stateDirectory, run: "r" })).toEqual([]);
    expect(leakComplaints(state, { stateDirectory, run: undefined })).toEqual([]);
  });
});
