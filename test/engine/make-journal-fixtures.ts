/**
 * Writes new journals for fixtures/journals/v1. Files that exist are never written again: they stand for journals that
 * released versions have left on disks. To add one: add a scene, then `npx node test/engine/make-journal-fixtures.ts`.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { replay } from "../../src/engine/state/replay.ts";
import { summarize } from "../../src/engine/state/summary.ts";
import { FileJournal } from "../../src/engine/journal/file-journal.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";
import { changing, FakeWorld, reading, reviewing } from "./fake-world.ts";
import { Bench, runbookOf, step, YES } from "./fixture.ts";
import type { Runbook } from "../../src/engine/runbook/runbook.ts";

const folder = fileURLToPath(new URL("../../fixtures/journals/v1/", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "dingo-recover-fixtures-"));

type Scene = (world: FakeWorld, bench: Bench, runbook: Runbook) => Promise<void>;

const SCENES: Readonly<Record<string, Scene>> = {
  succeeded: async (_world, bench, runbook) => {
    await bench.run({ runbook, flags: YES, inputs: { name: "db\n\u001b[31m" } });
  },
  "in-doubt": async (world, bench, runbook) => {
    world.weather.set("stop", ["lost-after"]);
    world.opaque.add("stop");
    await bench.run({ runbook, flags: YES, answers: { "input-name": "db" } });
  },
  "resumed-after-failure": async (world, bench, runbook) => {
    world.weather.set("app-b", ["half"]);
    world.weather.set("read size", ["lost-before"]);
    await bench.run({ runbook, flags: YES, inputs: { name: "db" } });
    world.readings.set("size", 8);
    await bench.resume({ runbook, flags: YES, answers: { "drift-1": "go-on" } });
  },
  "decided-by-a-flag": async (world, bench, runbook) => {
    world.weather.set("app-b", ["refused"]);
    await bench.run({ runbook, flags: YES, inputs: { name: "db" } });
    world.effects.delete("stop");
    await bench.resume({ runbook, flags: YES });
    await bench.resume({ runbook, flags: { ...YES, decide: new Map([["stop", "again"]]) } });
  },
  "waiting-for-the-network": async (world, bench, runbook) => {
    world.weather.set(
      "read size",
      Array.from({ length: 20 }, () => "lost-before" as const),
    );
    await bench.run({ runbook, flags: { ...YES, patienceMs: 3000 }, inputs: { name: "db" } });
  },
};

function runbookFor(world: FakeWorld): Runbook {
  world.readings.set("size", 7);
  const inputs = [{ name: "name", type: "string", prompt: "Which name?" }] as const;
  const steps = [
    step("look", { action: reading(world), with: { key: "size" } }),
    step("make-it", { action: changing(world, "create"), with: { key: "make", note: "${{ inputs.name }}" } }),
    step("skipped", { action: changing(world, "create"), with: { key: "never" }, when: { text: "false" } }),
    step("review", { action: reviewing(world) }),
    step("stop", { action: changing(world, "disrupt"), with: { key: "stop" } }),
    step("bind", {
      action: changing(world, "create"),
      forEach: { text: '["a", "b"]' },
      with: { key: "app-${{ item }}" },
    }),
  ];
  return runbookOf(steps, { inputs });
}

mkdirSync(folder, { recursive: true });
for (const [name, scene] of Object.entries(SCENES)) {
  const target = join(folder, `${name}.jsonl`);
  if (existsSync(target)) continue;
  const world = new FakeWorld();
  const clock = { now: (): Date => bench.clock.now() };
  const directory = join(scratch, name);
  const run = "20261121-020000-k7qd";
  const options = {
    directory,
    run,
    epoch: 1,
    secrets: new Secrets(),
    now: () => clock.now(),
    checkFence: () => undefined,
  };
  const journal = new FileJournal(options);
  const bench: Bench = new Bench(journal);
  await scene(world, bench, runbookFor(world));
  await journal.close();
  copyFileSync(join(directory, "journal.jsonl"), target);
  const state = replay(journal.entries);
  const units = Object.fromEntries([...state.units].map(([unit, own]) => [unit, own.kind]));
  const summary = summarize(journal.entries, { carried: false });
  const expected = { summary, units, answers: Object.fromEntries(state.answers) };
  writeFileSync(join(folder, `${name}.state.json`), `${JSON.stringify(expected, null, 2)}\n`);
}
rmSync(scratch, { recursive: true });
