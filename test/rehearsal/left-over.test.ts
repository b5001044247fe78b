/** A kill while ephemeral users stand on cells. The built program is the child: `npm run build` comes first. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { Entry } from "../../src/engine/journal/entry.ts";
import type { RehearseOptions } from "../../src/rehearsal/supervisor/rehearse.ts";
import { rehearseKilled } from "../players/kill.ts";
import { scenarioNamed } from "../players/scenarios.ts";
import { TOOL } from "../tool.ts";

const stateDirectory = mkdtempSync(join(tmpdir(), "left-over-"));
/** In the middle of the run, when every cell has been logged in to. */
const KILLED_AT = 48;
afterAll(() => rmSync(stateDirectory, { recursive: true, force: true }));

it("the users that a kill left on cells are removed by the next process, and no key of theirs lies where runs are kept", async () => {
  const scenario = scenarioNamed("happy-last-era");
  const options: RehearseOptions = {
    ...{ scenario, pace: "max", stateDirectory, program: [process.execPath, TOOL], args: ["--json"] },
    ...{ interactive: false, caller: { TERM: "dumb" }, say: () => undefined, quiet: true },
  };
  const result = await rehearseKilled(options, { append: KILLED_AT, when: "after" });
  expect([result.exitCode, result.complaints]).toEqual([0, []]);
  const entries = journalOf(result.run ?? "");
  const [before, after] = [entries.slice(0, KILLED_AT), entries.slice(KILLED_AT)];
  const left = usersIn(before, "resource-opened");
  expect([left.length, usersIn(before, "resource-closed")]).toEqual([3, []]);
  // A removal is journaled only after the director has carried it out; it comes before the run goes on.
  const first = after.findIndex(({ type }) => type === "run-resumed");
  expect(usersIn(after.slice(0, first), "resource-closed").sort()).toEqual([...left].sort());
  const later = after.slice(first);
  expect(usersIn(later, "resource-closed").sort()).toEqual(usersIn(later, "resource-opened").sort());
  const withKeys = filesBelow(stateDirectory).filter((file) => readFileSync(file, "latin1").includes("PRIVATE KEY"));
  expect(withKeys).toEqual([]);
}, 300_000);

function journalOf(run: string): Entry[] {
  const text = readFileSync(join(stateDirectory, "runs", run, "journal.jsonl"), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Entry);
}

function usersIn(entries: readonly Entry[], type: "resource-opened" | "resource-closed"): string[] {
  return entries.flatMap((entry) => {
    if (entry.type !== type || entry.kind !== "ssh-user") return [];
    const { user } = entry.data;
    return typeof user === "string" ? [user] : [];
  });
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile());
}
