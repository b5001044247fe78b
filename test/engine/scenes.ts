/** Runs of one fake runbook that end in different ways, kept as renderers, scripts and the last screen see them. */
import type { Runbook } from "../../src/engine/runbook/runbook.ts";
import { changing, type FakeWorld, reading, reviewing } from "./fake-world.ts";
import { type Bench, runbookOf, step, YES } from "./fixture.ts";

export function runbookFor(world: FakeWorld): Runbook {
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

export const SCENES: Readonly<Record<string, Scene>> = {
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
