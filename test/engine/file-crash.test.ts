/** The same as crash.test.ts on real files: torn lines on disk, locks left by the dead, one state directory. */
import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { RecoverError } from "../../src/errors.ts";
import type { AppendObserver } from "../../src/engine/journal/file-journal.ts";
import { StateDirectory } from "../../src/engine/journal/state-directory.ts";
import { verifyJournal } from "../../src/engine/journal/verification.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";
import { scratchDirectories } from "./journal/scratch.ts";
import { changing, FakeWorld, reading } from "./fake-world.ts";
import { Bench, runbookOf, step, YES } from "./fixture.ts";

const scratch = scratchDirectories();

function killAt(at: number, how: "before" | "torn" | "after"): AppendObserver {
  const die = (seq: number): void => {
    if (seq === at) throw new RecoverError("journal-write-failed", "killed", { remedy: "Resume." });
  };
  if (how === "before") return { before: die };
  if (how === "after") return { after: die };
  return { torn: (seq, length) => (seq === at ? Math.floor(length / 2) : undefined), after: die };
}

function scene(): { world: FakeWorld; runbook: ReturnType<typeof runbookOf> } {
  const world = new FakeWorld();
  world.weather.set("make", ["lost-after"]);
  const steps = [
    step("look", { action: reading(world), with: { key: "name" } }),
    step("make", { action: changing(world, "create"), with: { key: "make" } }),
    step("swap", { action: changing(world, "destroy"), with: { key: "swap" } }),
  ];
  return { world, runbook: runbookOf(steps) };
}

async function killedOnDisk(at: number, how: "before" | "torn" | "after"): Promise<void> {
  const { world, runbook } = scene();
  const path = scratch();
  const at0 = { path, secrets: new Secrets(), now: () => new Date(0) };
  const dying = new StateDirectory({ ...at0, observer: killAt(at, how) }).create();
  // The dead give nothing back: neither journal nor lock is closed.
  await new Bench(dying.journal).run({ runbook, flags: YES });
  const state = new StateDirectory(at0);
  const next = state.open(dying.run, { takeOver: true });
  const began = next.journal.entries.some((entry) => entry.type === "run-started");
  const bench = new Bench(next.journal);
  const result = began ? await bench.resume({ runbook, flags: YES }) : await bench.run({ runbook, flags: YES });
  await next.journal.close();
  expect(result, `${how} append ${at}`).toMatchObject({ exitCode: 0 });
  expect(world.snapshot).toEqual({ effects: { make: 1, swap: 1 }, halves: [] });
  expect(verifyJournal(state.directoryOf(dying.run), result.head)).toMatchObject({ ok: true, tornBytes: 0 });
  const aside = readdirSync(state.directoryOf(dying.run)).filter((name) => name.startsWith("journal.torn"));
  expect(aside).toHaveLength(how === "torn" ? 1 : 0);
}

describe("a process that dies in its journal on disk", () => {
  it("leaves a run that the next one finishes, wherever it died", async () => {
    for (let at = 1; at <= 13; at += 1)
      for (const how of ["before", "torn", "after"] as const) await killedOnDisk(at, how);
  });
});
