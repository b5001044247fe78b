/** A kill while ephemeral users stand on cells. The built program is the child: `npm run build` comes first. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { scenarioNamed } from "../players/scenarios.ts";
import type { Entry } from "../../src/engine/journal/entry.ts";
import { Rehearsals } from "./rehearsals.ts";

const rehearsals = new Rehearsals();
const { stateDirectory } = rehearsals;
/** In the middle of the run, when every cell has been logged in to. */
const KILLED_AT = 48;
afterAll(() => rehearsals.remove());

it("the users that a kill left on cells are removed by the next process, and no key of theirs lies where runs are kept", async () => {
  const result = await rehearsals.playKilled({ append: KILLED_AT, when: "after" });
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
