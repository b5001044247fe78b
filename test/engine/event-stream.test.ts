/** Event streams as renderers and scripts see them. `UPDATE_GOLDENS=1` writes them anew. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Runbook } from "../../src/runbook/runbook.ts";
import { changing, FakeWorld, reading, reviewing } from "./fake-world.ts";
import { Bench, runbookOf, step, YES } from "./fixture.ts";

const folder = new URL("../../fixtures/events/", import.meta.url);

function runbookFor(world: FakeWorld): Runbook {
  world.readings.set("size", 7);
  return runbookOf([
    step("look", { action: reading(world), with: { key: "size" } }),
    step("make", { action: changing(world, "create"), with: { key: "db-${{ steps.look.value }}" } }),
    step("skipped", { action: changing(world, "create"), with: { key: "never" }, when: { text: "false" } }),
    step("review", { action: reviewing(world) }),
    step("stop", { action: changing(world, "disrupt"), with: { key: "stop" } }),
    step("bind", {
      action: changing(world, "create"),
      forEach: { text: '["a", "b"]' },
      with: { key: "app-${{ item }}" },
    }),
  ]);
}

type Scene = (bench: Bench, world: FakeWorld, runbook: Runbook) => Promise<unknown>;

const SCENES: Readonly<Record<string, Scene>> = {
  "happy-path": (bench, _world, runbook) => bench.run({ runbook, flags: YES }),
  "asked-at-a-terminal": (bench, _world, runbook) =>
    bench.run({ runbook, answers: { consent: "yes" }, flags: { confirm: "ORG/SPACE/db" } }),
  "nobody-to-ask": (bench, _world, runbook) => bench.run({ runbook, flags: { yes: true } }),
  "lost-network-and-doubt": async (bench, world, runbook) => {
    world.weather.set("read size", ["lost-before"]);
    world.weather.set("db-7", ["lost-after"]);
    world.opaque.add("db-7");
    await bench.run({ runbook, flags: YES });
  },
  "resumed-with-drift": async (bench, world, runbook) => {
    world.weather.set("app-b", ["half"]);
    await bench.run({ runbook, flags: YES });
    bench.events.length = 0;
    world.unproven.add("stop");
    await bench.resume({ runbook, flags: YES, answers: { "drift-1": "go-on" } });
  },
};

describe("the events of a run", () => {
  it.each(Object.entries(SCENES))("%s", async (name, scene) => {
    const world = new FakeWorld();
    const bench = new Bench();
    await scene(bench, world, runbookFor(world));
    const actual = bench.events.map((event) => `${JSON.stringify(event)}\n`).join("");
    const path = new URL(`${name}.jsonl`, folder);
    if (process.env["UPDATE_GOLDENS"] === "1") {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path, actual);
    }
    expect(existsSync(path)).toBe(true);
    expect(actual).toBe(readFileSync(path, "utf8"));
  });

  it("end with run-ended, its outcome, its exit code and the head of the journal", async () => {
    for (const scene of Object.values(SCENES)) {
      const world = new FakeWorld();
      const bench = new Bench();
      await scene(bench, world, runbookFor(world));
      const last = bench.events.at(-1);
      expect(last).toMatchObject({ schema: "dingo-recover/event@1", type: "run-ended", head: bench.journal.head });
      if (last?.type === "run-ended") expect(last.error === undefined).toBe(last.exitCode === 0);
    }
  });
});
