import { describe, expect, it } from "vitest";
import { changing, FakeWorld, reading } from "./fake-world.ts";
import { reversible, TakenBack } from "./reversible.ts";
import { Bench, runbookOf, step, YES } from "./fixture.ts";

describe("a condition", () => {
  it("that is false skips the step for good, and its output is absent", async () => {
    const world = new FakeWorld();
    const runbook = runbookOf(
      [
        step("maybe", { action: changing(world, "create"), with: { key: "maybe" }, when: { text: "inputs.wanted" } }),
        step("after", {
          action: changing(world, "create"),
          with: { key: "after" },
          when: { text: "!has(steps.maybe)" },
        }),
      ],
      { inputs: [{ name: "wanted", type: "boolean", prompt: "Wanted?" }] },
    );
    const bench = new Bench();
    expect(await bench.run({ runbook, flags: YES, inputs: { wanted: "no" } })).toMatchObject({ exitCode: 0 });
    expect(world.snapshot).toEqual({ effects: { after: 1 }, halves: [] });
    expect(bench.state.units.get("maybe")).toEqual({ kind: "skipped", why: "inputs.wanted is false" });
  });

  it("that is no condition stops the run before the step", async () => {
    const world = new FakeWorld();
    const runbook = runbookOf([
      step("a", { action: changing(world, "create"), with: { key: "a" }, when: { text: "7" } }),
    ]);
    const result = await new Bench().run({ runbook, flags: YES });
    expect(result).toMatchObject({ exitCode: 12, error: { code: "expression-failed" } });
    expect(world.calls).toEqual([]);
  });
});

describe("for_each", () => {
  it("runs once per item under its own key, and gives a list of outputs", async () => {
    const world = new FakeWorld();
    const runbook = runbookOf([
      step("bind-apps", {
        action: changing(world, "create"),
        forEach: { text: '[{"guid": "g1", "name": "one"}, {"guid": "g2", "name": "two"}]' },
        with: { key: "${{ item.name }}" },
      }),
      step("sum", {
        action: changing(world, "create"),
        with: { key: "sum" },
        when: { text: 'steps.bind_apps.items.map(one, one.made) == ["one", "two"]' },
      }),
    ]);
    const bench = new Bench();
    expect(await bench.run({ runbook, flags: YES })).toMatchObject({ exitCode: 0 });
    expect(world.snapshot).toEqual({ effects: { one: 1, two: 1, sum: 1 }, halves: [] });
    expect([...bench.state.units.keys()]).toEqual(["bind-apps[g1]", "bind-apps[g2]", "sum"]);
  });

  it("over nothing is done at once, with an empty list", async () => {
    const world = new FakeWorld();
    const runbook = runbookOf([
      step("none", { action: changing(world, "create"), forEach: { text: "[]" }, with: { key: "${{ item }}" } }),
      step("after", {
        action: changing(world, "create"),
        with: { key: "after" },
        when: { text: "size(steps.none.items) == 0" },
      }),
    ]);
    await new Bench().run({ runbook, flags: YES });
    expect(world.snapshot).toEqual({ effects: { after: 1 }, halves: [] });
  });

  it("goes on with the items that were fixed at first, whatever the list would be now", async () => {
    const world = new FakeWorld();
    world.readings.set("apps", ["a", "b"]);
    world.weather.set("b", ["refused"]);
    const runbook = runbookOf([
      step("apps", { action: reading(world), with: { key: "apps" }, holdsUntil: "bind" }),
      step("bind", {
        action: changing(world, "create"),
        forEach: { text: "steps.apps.value" },
        with: { key: "${{ item }}" },
      }),
    ]);
    const bench = new Bench();
    await bench.run({ runbook, flags: YES });
    world.readings.set("apps", ["z"]);
    await bench.resume({ runbook, flags: YES, answers: { "drift-1": "go-on" } });
    expect(world.snapshot).toEqual({ effects: { a: 1, b: 1 }, halves: [] });
  });
});

describe("until", () => {
  it("reads again, every two seconds at first and every ten later, until it holds", async () => {
    const world = new FakeWorld();
    const bench = new Bench();
    bench.clock.onSleep = () => world.readings.set("count", bench.clock.sleeps.length);
    world.readings.set("count", 0);
    const wait = step("wait", {
      action: reading(world),
      with: { key: "count" },
      until: { text: "steps.wait.value >= 7" },
    });
    expect(await bench.run({ runbook: runbookOf([wait]) })).toMatchObject({ exitCode: 0 });
    expect(bench.clock.sleeps).toEqual([2000, 3000, 4500, 6750, 10_000, 10_000, 10_000]);
    expect(bench.state.units.get("wait")).toMatchObject({ output: { value: 7 }, attempt: 1 });
  });

  it("gives up at its own deadline, after one last look", async () => {
    const world = new FakeWorld();
    world.readings.set("count", 0);
    const wait = step("wait", {
      action: reading(world),
      with: { key: "count" },
      until: { text: "steps.wait.value > 0" },
      timeoutMs: 6000,
    });
    const bench = new Bench();
    const result = await bench.run({ runbook: runbookOf([wait]) });
    expect(result).toMatchObject({ exitCode: 12, error: { code: "deadline-passed", place: "step wait" } });
    expect(bench.clock.sleeps).toEqual([2000, 3000, 1000]);
    expect(world.calls).toHaveLength(4);
  });

  it("does not count a lost network as an answer", async () => {
    const world = new FakeWorld();
    world.readings.set("count", 1);
    world.weather.set("read count", ["lost-before", "lost-before"]);
    const wait = step("wait", {
      action: reading(world),
      with: { key: "count" },
      until: { text: "steps.wait.value > 0" },
    });
    const bench = new Bench();
    expect(await bench.run({ runbook: runbookOf([wait]) })).toMatchObject({ exitCode: 0 });
    expect(bench.trail.filter((line) => line === "waited wait")).toHaveLength(2);
  });
});

describe("assert", () => {
  it("fails a step that ran and proved itself, and says which words do not hold", async () => {
    const world = new FakeWorld();
    const make = step("make", {
      action: changing(world, "create"),
      with: { key: "db" },
      assert: { text: 'steps.make.made == "x"' },
    });
    const bench = new Bench();
    const result = await bench.run({ runbook: runbookOf([make]), flags: YES });
    expect(result).toMatchObject({ exitCode: 12, error: { code: "proof-failed" } });
    expect(result.error?.message).toContain('this does not hold: steps.make.made == "x" (steps.make.made is "db")');
    expect(result.error?.remedy).toContain("correct the runbook and run it anew. This run keeps its text.");
    expect(bench.state.units.get("make")?.kind).toBe("failed");
  });

  it("says how to see what can be taken back", async () => {
    const make = step("make", {
      action: reversible(new FakeWorld(), new TakenBack(), "create"),
      with: { key: "db" },
      assert: { text: 'steps.make.made.startsWith("x") || size(steps.make.made) > 200' },
    });
    const result = await new Bench().run({ runbook: runbookOf([make]), flags: YES });
    expect(result.error?.message).toMatch(/> 200 \(steps\.make\.made is "db"\)$/u);
    expect(result.error?.remedy).toContain(`"dingo-recover undo ${result.run} --dry-run" shows what can be taken back`);
  });

  it("sees the item of a for_each", async () => {
    const world = new FakeWorld();
    const each = step("each", {
      action: changing(world, "create"),
      forEach: { text: '["a", "b"]' },
      with: { key: "${{ item }}" },
      assert: { text: "steps.each.made == item" },
    });
    expect(await new Bench().run({ runbook: runbookOf([each]), flags: YES })).toMatchObject({ exitCode: 0 });
  });

  it("may look at the accepted loss", async () => {
    const world = new FakeWorld();
    const look = step("look", {
      action: reading(world),
      with: { key: "a" },
      assert: { text: "flags.accept_loss >= 3" },
    });
    expect(await new Bench().run({ runbook: runbookOf([look]) })).toMatchObject({ exitCode: 12 });
    expect(await new Bench().run({ runbook: runbookOf([look]), flags: { acceptLoss: 3 } })).toMatchObject({
      exitCode: 0,
    });
  });
});

describe("an input that does not fit an action", () => {
  it("stops the run before the step begins", async () => {
    const world = new FakeWorld();
    world.readings.set("number", 7);
    const runbook = runbookOf([
      step("look", { action: reading(world), with: { key: "number" } }),
      step("make", { action: changing(world, "create"), with: { key: "${{ steps.look.value }}" } }),
    ]);
    const result = await new Bench().run({ runbook, flags: YES });
    expect(result).toMatchObject({ exitCode: 10, error: { code: "runbook-invalid", place: "step make" } });
    expect(world.calls).toEqual(["read number"]);
  });
});
