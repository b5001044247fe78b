/** Rehearsed recoveries that are taken back, or cleaned up after: the built program in a box made for each. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Entry } from "../../src/engine/journal/entry.ts";
import { readJournal } from "../../src/engine/journal/reading.ts";
import type { Scenario } from "../../src/rehearsal/scenarios/scenario.ts";
import type { Sitting } from "../../src/rehearsal/supervisor/play.ts";
import { type RehearsalResult, rehearse, type RehearseOptions } from "../../src/rehearsal/supervisor/rehearse.ts";
import { type Kill, rehearseKilled } from "../players/kill.ts";
import { scenarioNamed } from "../players/scenarios.ts";
import { TOOL } from "../tool.ts";

export const LONG = 600_000;

export class Rehearsals {
  readonly stateDirectory: string;

  constructor() {
    this.stateDirectory = mkdtempSync(join(tmpdir(), "undone-"));
  }

  remove(): void {
    rmSync(this.stateDirectory, { recursive: true, force: true });
  }

  get sitting(): Sitting {
    return {
      pace: "max",
      stateDirectory: this.stateDirectory,
      program: [process.execPath, TOOL],
      args: ["--json"],
      interactive: false,
      caller: { TERM: "dumb" },
      say: () => undefined,
      quiet: true,
    };
  }

  play(more: Partial<RehearseOptions> = {}): Promise<RehearsalResult> {
    return rehearse({ ...this.sitting, scenario: happy(), ...more });
  }

  /** Killed there, and resumed. */
  playKilled(kill: Kill, more: Partial<RehearseOptions> = {}): Promise<RehearsalResult> {
    return rehearseKilled({ ...this.sitting, scenario: happy(), ...more }, kill);
  }

  undo(kill?: Kill): Promise<RehearsalResult> {
    return kill === undefined ? this.play({ undo: true }) : this.playKilled(kill, { undo: true });
  }

  entriesOf(run: string | undefined): readonly Entry[] {
    const file = join(this.stateDirectory, "runs", run ?? "", "journal.jsonl");
    return readJournal(readFileSync(file), file).entries;
  }

  get journals(): readonly (readonly Entry[])[] {
    return readdirSync(join(this.stateDirectory, "runs")).map((run) => this.entriesOf(run));
  }
}

export const happy = (): Scenario => scenarioNamed("happy-last-era");

/** The number of the entry that says how a step began or ended; with `back`, how its way back began. */
export function numberOf(entries: readonly Entry[], type: Entry["type"], step: string, back = false): number {
  const found = entries.find(
    (entry) => entry.type === type && "step" in entry && entry.step === step && "back" in entry === back,
  );
  if (found === undefined) throw new Error(`there is no ${type} of ${step}`);
  return found.seq;
}

export function outputOf(entries: readonly Entry[], step: string): unknown {
  const ended = entries.find((entry) => entry.type === "step-succeeded" && entry.step === step);
  return ended?.type === "step-succeeded" ? ended.output : undefined;
}
