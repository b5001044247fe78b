/** Planning, comparing and telling crash points; `crash-matrix.deep.test.ts` tries them all. */
import { describe, expect, it } from "vitest";
import { shown } from "../../src/rehearsal/box/clock.ts";
import { happyLastEra } from "../../src/rehearsal/scenarios/happy.ts";
import { firstState } from "../../src/rehearsal/supervisor/first-state.ts";
import type { World } from "../../src/rehearsal/world/world.ts";
import { doneTwice } from "./counts.ts";
import { differences, essenceOf } from "./essence.ts";
import { cellsOf, type Tried } from "./everywhere.ts";
import { journalsLeft } from "./journals-left.ts";
import { LeapingClock } from "./leaping-clock.ts";
import { type Planned, planOf } from "./plan.ts";
import { type CrashPoint, nameOf } from "./point.ts";
import type { Recording } from "./recording.ts";
import type { RunFiles, Snapshot } from "./snapshot.ts";

const NOW = Date.UTC(2026, 10, 21, 2, 40);
const state = firstState(happyLastEra, happyLastEra.open({ seed: 1, now: NOW }));
const snapshot = (appends: number, runs: readonly string[] = ["r"]): Snapshot => {
  return { state, appends, runs, evidence: [], locks: {} };
};

const filesOf = (...runs: RunFiles["runs"]): RunFiles => ({ runs, evidence: {}, platformLog: "" });

/** Two own lines, and two runs of three lines each; the second step changes the far side. */
function batch(): Recording {
  const line = (type: string, step: string): string => JSON.stringify({ type, step });
  const member = ["discover", "stop", "summary"].map((step) => line("step-succeeded", step));
  const own = ["review", "agree"].map((step) => line("step-succeeded", step));
  const files = filesOf({ run: "b", lines: own }, { run: "m1", lines: member }, { run: "m2", lines: member });
  const begun = (append: number): readonly string[] => ["b", "m1", "m2"].slice(0, 1 + Math.ceil((append - 2) / 3));
  const { undisturbed } = recording();
  return {
    undisturbed: { ...undisturbed, act: "batch", files },
    from: 0,
    appends: Array.from({ length: 8 }, (_, index) => snapshot(index, begun(index + 1))),
    changes: [{ what: "docker-stop", snapshot: snapshot(4, begun(4)) }],
  };
}

/** Three lines of one step, and one change of the far side after the second. */
function recording(): Recording {
  const lines = [
    { type: "run-started" },
    { type: "step-started", step: "stop" },
    { type: "step-succeeded", step: "stop" },
  ];
  const files = filesOf({ run: "r", lines: lines.map((line) => JSON.stringify(line)) });
  const watched = { before: {}, requestsBefore: 0, old: "" };
  const undisturbed = {
    scenario: happyLastEra,
    act: "recovery" as const,
    inputs: {},
    exitCode: 0,
    essence: [],
    counts: {},
    watched,
    since: 0,
    files,
  };
  return {
    undisturbed,
    from: 0,
    appends: lines.map((_, index) => snapshot(index)),
    changes: [{ what: "docker-stop", snapshot: snapshot(2) }],
  };
}

function mapped<T>(record: Readonly<Record<string, T>>, to: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value)]));
}

function renamed<T>(record: Readonly<Record<string, T>>, to: (key: string) => string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [to(key), value]));
}

const named = (planned: readonly Planned[]): readonly string[] => planned.map(({ trial }) => nameOf(trial.point));

describe("the plan of crash points", () => {
  it("has three for every append and one for every change, each in the row of its step", () => {
    const planned = planOf(recording(), { accidents: false, every: 1 });
    const around = ["1", "2", "3"].flatMap((n) => [`${n}:before`, `${n}:torn`, `${n}:after`]);
    expect(named(planned)).toEqual([...around, "change:1"]);
    expect(planned.map(({ row }) => row)).toEqual([
      ...Array<string>(3).fill("the run itself"),
      ...Array<string>(7).fill("stop"),
    ]);
  });

  it("tries a state once: after an append is before the next one, unless the far side was changed in between", () => {
    const planned = planOf(recording(), { accidents: false, every: 1 });
    const twins = planned.flatMap(({ sameAs, trial }) =>
      sameAs === undefined ? [] : [[nameOf(trial.point), named(planned)[sameAs]]],
    );
    expect(twins).toEqual([
      ["1:after", "2:before"],
      ["change:1", "3:before"],
    ]);
  });

  it("adds lost blocks, signals, full disks and clocks that are behind if accidents are asked for", () => {
    const columns = new Set(planOf(recording(), { accidents: true, every: 1 }).map(({ column }) => column));
    expect([...columns]).toEqual(["before", "torn", "after", "signal", "lost-block", "full-disk", "change"]);
  });
});

describe("the plan of a batch's crash points", () => {
  it("has all of its own and of where its runs begin and end, and of what is within them as many as were asked for", () => {
    const planned = planOf(batch(), { accidents: false, every: 1, everyWithin: 100 });
    const around = ["1", "2", "3", "5", "6", "8"].flatMap((n) => [`${n}:before`, `${n}:torn`, `${n}:after`]);
    expect(named(planned)).toEqual(around);
    expect(new Set(planned.map(({ row }) => row))).toEqual(
      new Set(["review", "agree", "1 of 2: discover", "1 of 2: summary", "2 of 2: discover", "2 of 2: summary"]),
    );
  });

  it("tries the moment between two of its runs with and without the directory of the next", () => {
    const planned = planOf(batch(), { accidents: false, every: 1 });
    const sameAs = (name: string): number | undefined => planned[named(planned).indexOf(name)]?.sameAs;
    expect([sameAs("2:after"), sameAs("5:after")]).toEqual([undefined, undefined]);
    expect(named(planned)[sameAs("6:after") ?? -1]).toBe("7:before");
    expect(named(planned)[sameAs("change:1") ?? -1]).toBe("5:before");
  });
});

describe("what a dead process leaves of its journals", () => {
  const files = filesOf({ run: "b", lines: ["one", "two"] }, { run: "m", lines: ["three", "four"] });
  const left = (point: CrashPoint, appends = 0): unknown =>
    Object.fromEntries([...journalsLeft(point, snapshot(appends), files)].map(([run, text]) => [run, String(text)]));

  it("is every line before, half of the one that it was writing, or that one as well", () => {
    expect(left({ is: "append", append: 3, when: "before" })).toEqual({ b: "one\ntwo\n", m: "" });
    expect(left({ is: "append", append: 3, when: "torn" })).toEqual({ b: "one\ntwo\n", m: "thr" });
    expect(left({ is: "append", append: 3, when: "after" })).toEqual({ b: "one\ntwo\n", m: "three\n" });
    expect(left({ is: "append", append: 1, when: "torn" })).toEqual({ b: "on", m: "" });
    expect(left({ is: "change", change: 1 }, 4)).toEqual({ b: "one\ntwo\n", m: "three\nfour\n" });
  });

  it("has lost bytes at the end of the journal that was written last, and of no other", () => {
    expect(left({ is: "lost-block", append: 3, bytes: 100 })).toEqual({ b: "one\ntwo\n", m: "" });
    expect(left({ is: "lost-block", append: 2, bytes: 2 })).toEqual({ b: "one\ntw", m: "" });
  });
});

describe("the comparison of two worlds", () => {
  const none: ReadonlySet<string> = new Set();

  it("sees no difference between the same story at another time", () => {
    const later = firstState(happyLastEra, happyLastEra.open({ seed: 1, now: NOW + 86_400_000 }));
    expect(differences(essenceOf(state, none), essenceOf(later, none))).toEqual([]);
  });

  it("sees none in what a living database has named after a later segment, but does in what was to be kept", () => {
    const later = (text: string): string => text.replace(/(base_[0-9A-F]{8}|wal_005\/[0-9A-F]{8})0/g, "$1F");
    const { buckets } = state.world.store;
    const { entries } = state.world.etcd;
    const world: World = {
      ...state.world,
      store: { ...state.world.store, buckets: mapped(buckets, (content) => renamed(content, later)) },
      etcd: { ...state.world.etcd, entries: mapped(entries, (entry) => ({ ...entry, value: later(entry.value) })) },
    };
    const other = { ...state, world };
    expect(Object.values(world.store.buckets)).not.toEqual(Object.values(buckets));
    expect(world.etcd).not.toEqual(state.world.etcd);
    expect(differences(essenceOf(state, none), essenceOf(other, none))).toEqual([]);
    const objects = Object.values(buckets).flatMap((content) => Object.values(content));
    const texts = new Set(objects.flatMap(({ meaning, etag }) => (meaning.is === "text" ? [etag] : [])));
    expect(differences(essenceOf(state, texts), essenceOf(other, texts))).toEqual([]);
    const kept = new Set(objects.map(({ etag }) => etag));
    const found = differences(essenceOf(state, kept), essenceOf(other, kept));
    expect(found.filter((line) => line.includes("base_")).length).toBeGreaterThan(0);
  });

  it("tells what was lost and what is new", () => {
    const apps = state.cloudController.apps.map((app) => ({ ...app, starts: app.starts + 1 }));
    const other = { ...state, cloudController: { ...state.cloudController, apps } };
    const [now, lacking, ...more] = differences(essenceOf(state, none), essenceOf(other, none));
    expect(now).toMatch(/^now, and not otherwise: \/apps\[\]\/starts = \d+$/);
    expect(lacking).toMatch(/^lacking: \/apps\[\]\/starts = \d+$/);
    expect(more).toEqual([]);
  });

  it("counts an effect that happened again, but not the users that every process makes for itself", () => {
    const before = { "docker stop": 1, "agent setup": 3, "S3 copy a": 1 };
    const now = { "docker stop": 2, "agent setup": 6, "S3 copy a": 1, "S3 copy b": 1, "broker provision": 1 };
    expect(doneTwice(before, now)).toEqual([
      "docker stop: 2 times instead of 1",
      "broker provision: 1 times instead of 0",
    ]);
  });
});

it("the cells of a matrix say how many of how many were recovered, by step and by moment", () => {
  const tried = (row: string, column: Planned["column"], complaints: readonly string[]): Tried => {
    const point: CrashPoint = { is: "append", append: 38, when: "torn" };
    const planned = { row, column, trial: { point, snapshot: snapshot(0), away: 0 } };
    return { planned, verdict: { point, exitCode: 0, complaints } };
  };
  const all = [tried("stop", "torn", []), tried("stop", "torn", ["done twice"]), tried("copy", "change", [])];
  expect(cellsOf(all)).toEqual({ stop: { torn: "1/2" }, copy: { change: "1/1" } });
});

describe("a leaping clock", () => {
  it("goes to the next appointment at once, and wakes nobody before", async () => {
    const clock = new LeapingClock(NOW);
    const woken: string[] = [];
    const late = clock.until(NOW + 3_600_000).then(() => woken.push("late"));
    await clock.until(NOW + 60_000).then(() => woken.push("early"));
    expect(woken).toEqual(["early"]);
    expect(shown(clock)).toBeGreaterThanOrEqual(NOW + 60_000);
    await late;
    expect(woken).toEqual(["early", "late"]);
  });

  it("lets go of whoever is not to wait any more", async () => {
    const clock = new LeapingClock(NOW);
    await clock.until(NOW + 60_000, AbortSignal.abort());
    expect(shown(clock)).toBeLessThan(NOW + 60_000);
  });
});
