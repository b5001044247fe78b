/** The left-overs of killed backup tests on this machine. */
import { describe, expect, it } from "vitest";
import { sweepTests } from "../../../src/cli/runs/sweep-tests.ts";
import type { Entry } from "../../../src/engine/journal/entry.ts";
import { FakeScratch } from "../../fakes/fake-scratch.ts";

const RUNS = ["killed", "carried", "kept", "ended", "another"] as const;
const place = (run: string): string => `/var/tmp/${run}`;

function journalOf(run: (typeof RUNS)[number]): readonly Entry[] {
  const runbook = run === "another" ? "recover-to-time" : "test-backup";
  const action = run === "another" ? "scratch.restore" : "backup.restore-test";
  const input = { place: place(run), postgres_bin: "", keep: run === "kept" };
  return [
    { type: "run-started", run, runbook, rehearsal: false, inputs: {}, time: "" },
    { type: "step-started", step: "test", action, effect: "create", attempt: 1, input, commandsSha256: "" },
    ...(run === "ended" ? [{ type: "run-ended", outcome: "succeeded" }] : []),
  ] as unknown as readonly Entry[];
}

async function swept(copies: FakeScratch): Promise<readonly string[]> {
  const said: string[] = [];
  const state = {
    list: () => RUNS,
    read: (run: string) => ({ entries: journalOf(run as (typeof RUNS)[number]), head: "", torn: 0 }) as never,
    isCarried: (run: string) => run === "carried",
  };
  await sweepTests({ state, copies, rehearsal: false, say: (text) => void said.push(text) });
  return said;
}

function full(): FakeScratch {
  const copies = new FakeScratch();
  for (const run of RUNS)
    copies.places.set(place(run), { state: "begun", copy: { run, archive: "", time: "", base: "" }, evidence: "" });
  copies.standingNow = "accepting";
  return copies;
}

describe("copies of tests that were killed", () => {
  it("are removed, with their server, and nobody else's", async () => {
    const copies = full();
    expect(await swept(copies)).toEqual([
      "left over from run killed, which was broken off: /var/tmp/killed is removed",
    ]);
    expect([...copies.places.keys()]).toEqual(["carried", "kept", "ended", "another"].map(place));
    expect(copies.standingNow).toBe("down");
  });

  it("stay if the place is another's by now", async () => {
    const copies = full();
    copies.places.set(place("killed"), { state: "foreign", evidence: "it belongs to run x" });
    expect(await swept(copies)).toEqual([]);
    expect(copies.places.size).toBe(RUNS.length);
  });
});
