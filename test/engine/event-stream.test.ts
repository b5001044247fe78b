/** Event streams as renderers and scripts see them. `UPDATE_GOLDENS=1` writes them anew. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FakeWorld } from "./fake-world.ts";
import { Bench } from "./fixture.ts";
import { runbookFor, SCENES } from "./scenes.ts";

const folder = new URL("../../fixtures/events/", import.meta.url);

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
