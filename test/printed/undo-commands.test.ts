/** `undo` without a run, after one has succeeded: nothing is open, and still there is something to take back. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { undoable } from "../../src/cli/runs/choose-run.ts";
import { StateDirectory } from "../../src/engine/journal/state-directory.ts";
import type { Runbook } from "../../src/engine/runbook/runbook.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";
import { changing, FakeWorld, reading } from "../engine/fake-world.ts";
import { Bench, runbookOf, step, YES } from "../engine/fixture.ts";
import { Place } from "../cli/program.ts";

let place: Place;
let state: StateDirectory;
beforeEach(() => {
  place = new Place();
  let second = Date.parse("2026-11-21T02:00:00Z");
  state = new StateDirectory({ path: place.state, secrets: new Secrets(), now: () => new Date((second += 1000)) });
});
afterEach(() => place.remove());

const CHANGE = runbookOf([step("make", { action: changing(new FakeWorld(), "create"), with: { key: "db" } })]);
const LOOK = runbookOf([step("look", { action: reading(new FakeWorld()), with: { key: "db" } })]);
const DELETE = (name: string): Runbook =>
  runbookOf([step("delete", { action: changing(new FakeWorld(), "destroy"), with: { key: "db" } })], {
    ...{ name, inputs: [{ name: "run", type: "string", prompt: "Which run?" }] },
  });

async function ran(runbook: Runbook, inputs: Readonly<Record<string, string>> = {}): Promise<string> {
  const { run, journal } = state.create();
  const { outcome } = await new Bench(journal).run({ runbook, flags: YES, inputs });
  expect(outcome).toBe("succeeded");
  await journal.close();
  return run;
}

const named = (): readonly string[] => undoable(state).map(({ run }) => run);

describe("a run that has come to its end", () => {
  it("is named by undo with its whole command, and the call stays one that lacks something (2)", async () => {
    const [first, last] = [await ran(CHANGE), await ran(CHANGE)];
    const { code, stderr } = await place.run(["undo"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/no run is open/i);
    const commands = stderr.matchAll(/^ *# (\S+), ended \S+\n *(dingo-recover undo \S+)$/gmu);
    expect([...commands].map(([, target, command]) => [target, command])).toEqual([
      ["ORG/SPACE/db", `dingo-recover undo ${first}`],
      ["ORG/SPACE/db", `dingo-recover undo ${last}`],
    ]);
    expect(JSON.parse((await place.run(["undo", "--json"])).stdout)).toMatchObject({
      ...{ code: "run-not-found", message: "no run is open", remedy: expect.stringContaining(`undo ${last}  # `) },
    });
  });

  it("is not named if it changed nothing, or if a cleanup has deleted what it moved aside", async () => {
    const [kept, cleaned] = [await ran(CHANGE), await ran(CHANGE)];
    await ran(LOOK);
    expect(named()).toEqual([kept, cleaned]);
    await ran(DELETE("clean-up"), { run: cleaned });
    expect(named()).toEqual([kept]);
  });

  it("is one of the last five", async () => {
    const runs: string[] = [];
    for (let count = 0; count < 7; count += 1) runs.push(await ran(CHANGE));
    expect(named()).toEqual(runs.slice(2));
  });
});

describe("nothing to take back", () => {
  it("is told as before", async () => {
    await ran(LOOK);
    const { code, stderr } = await place.run(["undo"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/no run is open/i);
    expect(stderr).not.toMatch(/dingo-recover undo/);
  });
});
