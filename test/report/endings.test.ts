/** The last screen of the runs whose events are kept. `UPDATE_GOLDENS=1` writes it anew. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { closingOf } from "../../src/report/closing.ts";
import { endingLines } from "../../src/cli/screen/ending-lines.ts";
import { FakeWorld } from "../engine/fake-world.ts";
import { Bench } from "../engine/fixture.ts";
import { runbookFor, SCENES } from "../engine/scenes.ts";

const folder = new URL("../../fixtures/endings/", import.meta.url);

describe("the last screen of a run", () => {
  it.each(Object.entries(SCENES))("%s", async (name, scene) => {
    const world = new FakeWorld();
    const bench = new Bench();
    await scene(bench, world, runbookFor(world));
    const last = bench.events.at(-1);
    if (last?.type !== "run-ended") throw new Error("the events have no end");
    const closing = closingOf(bench.journal.entries, last);
    if (closing === undefined) throw new Error("the run has not begun");
    const head = last.head === "" ? "" : "HEAD";
    const lines = endingLines({ ...last, head, closing }, { width: 80, verbose: false });
    const actual = lines.map(({ text, style }) => `${style === "strong" ? "*" : " "} ${text}`.trimEnd());
    const text = `${actual.join("\n")}\n`;
    const path = new URL(`${name}.txt`, folder);
    if (process.env["UPDATE_GOLDENS"] === "1") {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path, text);
    }
    expect(existsSync(path)).toBe(true);
    expect(text).toBe(readFileSync(path, "utf8"));
  });
});
