/** Undo of rehearsed recoveries, at several depths and killed in the middle. `npm run build` comes first. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Entry } from "../../src/journal/entry.js";
import { readJournal } from "../../src/journal/reading.js";
import { readFileSync } from "node:fs";
import { findScenario } from "../../src/rehearsal/scenarios/registry.js";
import type { Scenario } from "../../src/rehearsal/scenarios/scenario.js";
import type { CrashPoint } from "../../src/rehearsal/supervisor/child.js";
import { type RehearsalResult, rehearse, resumeRehearsal } from "../../src/rehearsal/supervisor/rehearse.js";
import type { Sitting } from "../../src/rehearsal/supervisor/play.js";

const BIN = join(import.meta.dirname, "../../dist/bin.cjs");
const LONG = 180_000;

let stateDirectory: string;
beforeAll(() => {
  if (!existsSync(BIN)) throw new Error("dist/bin.cjs is missing: run npm run build first");
  stateDirectory = mkdtempSync(join(tmpdir(), "undone-"));
});
afterAll(() => rmSync(stateDirectory, { recursive: true, force: true }));

const sitting = (): Sitting => ({
  pace: "max",
  stateDirectory,
  program: [process.execPath, BIN],
  args: ["--json"],
  interactive: false,
  caller: { TERM: "dumb" },
  say: () => undefined,
  quiet: true,
});

function happy(): Scenario {
  const scenario = findScenario("happy-last-era");
  if (scenario === undefined) throw new Error("no such scenario");
  return scenario;
}

async function undo(crashAt?: CrashPoint, scenario = happy()): Promise<RehearsalResult> {
  return await rehearse({ ...sitting(), scenario, seed: 1, undo: true, ...(crashAt === undefined ? {} : { crashAt }) });
}

function entriesOf(run: string | undefined): readonly Entry[] {
  const file = join(stateDirectory, "runs", run ?? "", "journal.jsonl");
  return readJournal(readFileSync(file), file).entries;
}

/** The number of the entry that says how a step ended, or that its way back began. */
function numberOf(entries: readonly Entry[], type: Entry["type"], step: string, back = false): number {
  const found = entries.find(
    (entry) => entry.type === type && "step" in entry && entry.step === step && "back" in entry === back,
  );
  if (found === undefined) throw new Error(`there is no ${type} of ${step}`);
  return found.seq;
}

describe("the undo of a rehearsed recovery", () => {
  let whole: readonly Entry[];

  it(
    "of a whole one ends with the foundation as it was, but for what is aside",
    async () => {
      const result = await undo();
      expect([result.exitCode, result.complaints]).toEqual([0, []]);
      expect(result.counts).toMatchObject({
        "broker provision": 1,
        "docker stop": 2,
        "docker start": 3,
        "host mv": 3,
        "docker update --restart=no": 2,
        "docker update --restart=always": 2,
      });
      expect(result.counts["broker deprovision"]).toBeUndefined();
      whole = entriesOf(result.run);
      expect(whole.at(-1)).toMatchObject({ type: "run-ended", outcome: "undone" });
    },
    LONG,
  );

  it(
    "leaves every step that had begun undone, last first",
    () => {
      const undone = whole.flatMap((entry) => (entry.type === "step-undone" ? [entry.step] : []));
      expect(undone).toEqual(
        [
          ...new Set(
            whole.flatMap((entry) => (entry.type === "step-started" && entry.effect !== "read" ? [entry.step] : [])),
          ),
        ]
          .filter((step) => undone.includes(step))
          .reverse(),
      );
      expect(undone.at(-1)).toBe("create");
    },
    LONG,
  );

  it.each(["create", "aside", "copy", "data", "start", "passwords"])(
    "of one that was killed right after the step %s ends the same",
    async (step) => {
      const append = numberOf(whole, "step-succeeded", step);
      const result = await undo({ append, when: "after" });
      expect([result.exitCode, result.complaints]).toEqual([0, []]);
    },
    LONG,
  );

  it.each(["stop", "aside", "copy", "data", "start"])(
    "of one that was killed when the step %s had begun ends the same",
    async (step) => {
      const append = numberOf(whole, "step-started", step);
      const result = await undo({ append, when: "after" });
      expect([result.exitCode, result.complaints]).toEqual([0, []]);
    },
    LONG,
  );

  it.each(["start", "data", "copy", "aside", "stop", "create"])(
    "killed when the way back of %s had begun, and carried on, ends the same, nothing done twice",
    async (step) => {
      const result = await undo({ append: numberOf(whole, "step-started", step, true), when: "after" });
      expect([result.exitCode, result.complaints]).toEqual([0, []]);
      expect(result.counts).toMatchObject({ "docker stop": 2, "docker start": 3, "host mv": 3 });
    },
    LONG,
  );

  it(
    "killed before the outcome of a way back was written, it is found done and not gone again",
    async () => {
      const result = await undo({ append: numberOf(whole, "step-undone", "copy"), when: "torn" });
      expect([result.exitCode, result.complaints]).toEqual([0, []]);
      const started = entriesOf(result.run).filter(
        (entry) => entry.type === "step-started" && entry.step === "copy" && entry.back === true,
      );
      expect(started).toHaveLength(1);
    },
    LONG,
  );

  it(
    "of one that stopped at a question is played in its own box, which another process starts again",
    async () => {
      const silent = { ...happy(), answers: { "any confirm": "yes" } };
      const stopped = await rehearse({ ...sitting(), scenario: silent, seed: 1 });
      expect(stopped.exitCode).toBe(13);
      const undone = await resumeRehearsal({ ...sitting(), run: stopped.run ?? "", command: "undo" });
      expect([undone?.exitCode, undone?.complaints]).toEqual([0, []]);
    },
    LONG,
  );
});
