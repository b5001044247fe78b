/**
 * The shipped runbook on fakes, killed at every journal append, before, in or after it: the same tables in the end, one copy, one
 * load, one key, and no server left, counted by the far sides.
 */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadFile } from "../../../src/cli/process/shipped-runbooks.ts";
import { resumeRun, runRunbook, undoRun } from "../../../src/engine/run/run.ts";
import { MemoryJournal } from "../../../src/engine/journal/memory-journal.ts";
import { Bench } from "../../engine/fixture.ts";
import { type KillPoint, KillingJournal } from "../../engine/killing-journal.ts";
import { NEW_GUID, type Scene, SPACE } from "../../traps/scene.ts";
import { keyed } from "../../wiring/mutations/drill.ts";

const RUN = "20261121-020000-test";
const TARGET = `${SPACE.orgName}/${SPACE.name}/important-db`;
const FLAGS = { yes: true, confirm: TARGET };
/** In the archive's window. */
const TIME = "2026-11-21T02:25:00.000Z";
const INPUTS = { service: "important-db", org: SPACE.orgName, space: SPACE.name, time: TIME, tables: ["visits"] };
const MOST_PROCESSES = 10;
const HOWS = ["before", "torn", "after"] as const;

const runbook = (() => {
  const loaded = loadFile(join(import.meta.dirname, "../../../runbooks/recover-to-time.yml"));
  if ("diagnostics" in loaded) throw new Error(JSON.stringify(loaded.diagnostics));
  return loaded.runbook;
})();

function living(): Scene {
  const scene = keyed();
  const login = { host: "10.58.111.10", port: 30_003, database: "postgres", username: "app", password: "a-password" };
  scene.cf.credentials.set(`key-dingo-recover-${RUN}`, login);
  scene.scratch.onStart = [
    "LOG:  recovery stopping before commit of transaction 600, time 2026-11-21 02:26:00+00",
    "LOG:  last completed transaction was at log time 2026-11-21 02:24:10.5+00",
    "LOG:  archive recovery complete",
  ];
  return scene;
}

const newJournal = (): MemoryJournal => new MemoryJournal({ run: RUN, now: () => new Date(0) });

async function carry(scene: Scene, journal: MemoryJournal, kills: readonly KillPoint[]): Promise<void> {
  const hasEnded = (): boolean => journal.entries.some(({ type }) => type === "run-ended");
  for (let count = 0; count < MOST_PROCESSES && !hasEnded(); count += 1) {
    const killing = new KillingJournal(journal, kills[count]);
    killing.onDeath = () => {
      scene.scratch.toolIsDead = true;
    };
    const options = { ...new Bench(killing).options({ runbook, flags: FLAGS }), ports: scene.context.ports };
    const began = journal.entries.length > 0;
    const result = await (began ? resumeRun(options) : runRunbook({ ...options, inputs: INPUTS }));
    scene.scratch.toolIsDead = false;
    if (kills[count] === undefined) expect(result.error?.message).toBeUndefined();
  }
  expect(hasEnded()).toBe(true);
}

/** How often each thing was done, as those say to whom it was done. */
function doneIn({ cf, cell, scratch }: Scene) {
  const count = (all: readonly string[], word: string): number => all.filter((each) => each.startsWith(word)).length;
  return {
    tables: Object.fromEntries(cell.sql.tables),
    keys: (cf.bindingList.get(NEW_GUID) ?? []).length,
    loads: count(cell.changes, "load "),
    others: cell.changes.filter((each) => !/^(?:load|switch)/.test(each)),
    copies: scratch.places.size,
    server: scratch.standingNow,
  };
}

const WANTED = { tables: { visits: 60 }, keys: 1, loads: 1, others: [], copies: 1, server: "down" };

describe("a recovery to a time", () => {
  it("brings the table back, closes one segment, makes one copy, and can be taken back", async () => {
    const scene = living();
    const journal = newJournal();
    await carry(scene, journal, []);
    expect(doneIn(scene)).toEqual(WANTED);
    expect(scene.cell.changes.filter((each) => each === "switch")).toHaveLength(1);
    expect(scene.scratch.changes.filter((each) => each.startsWith("restore"))).toHaveLength(1);
    const options = { ...new Bench(journal).options({ runbook, flags: FLAGS }), ports: scene.context.ports };
    expect((await undoRun(options)).outcome).toBe("undone");
    expect([...scene.cell.sql.tables.keys()].join()).toMatch(/^visits\.dingo-recover-/);
    expect([...scene.scratch.places.keys()].join()).toMatch(/\.undone$/);
    expect(scene.cf.bindingList.get(NEW_GUID)).toEqual([]);
  });

  it("that is killed at any append comes to the same end", async () => {
    const whole = newJournal();
    await carry(living(), whole, []);
    const { length } = whole.entries;
    expect(length).toBeGreaterThan(50);
    for (let at = 2; at <= length; at += 1) {
      const how = HOWS[at % HOWS.length] ?? "before";
      const scene = living();
      await carry(scene, newJournal(), [{ at, how }]);
      expect(doneIn(scene), `killed ${how} append ${at}`).toEqual(WANTED);
    }
  });
});
