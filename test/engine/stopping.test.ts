import { describe, expect, it } from "vitest";
import type { Context, JsonObject } from "../../src/action.ts";
import { RecoverError } from "../../src/errors.ts";
import type { Answer, Operator, Question } from "../../src/ports/operator.ts";
import { runRunbook } from "../../src/engine/run/run.ts";
import { MemoryJournal } from "../../src/engine/journal/memory-journal.ts";
import { changing, FakeWorld, reading } from "./fake-world.ts";
import { Bench, runbookOf, step, YES } from "./fixture.ts";
import { KillingJournal } from "./killing-journal.ts";
import { reversible, TakenBack } from "./reversible.ts";

const two = (world: FakeWorld): ReturnType<typeof runbookOf> =>
  runbookOf(["first", "second"].map((id) => step(id, { action: changing(world, "create"), with: { key: id } })));

/** Ctrl-C comes while the question is put on the screen: who asks is told, or answers all the same. */
class StoppedOperator implements Operator {
  readonly #stop: AbortController;

  constructor(stop: AbortController) {
    this.#stop = stop;
  }

  ask(question: Question, signal?: AbortSignal): Promise<Answer | undefined> {
    this.#stop.abort();
    if (signal?.aborted === true) return Promise.reject(new Error("the question is taken away"));
    const value = question.kind === "typed" ? question.expected : "yes";
    return Promise.resolve({ value, by: "operator" });
  }
}

describe("a stop that the operator asked for", () => {
  it("comes before the next step, with 13 and the command to continue", async () => {
    const world = new FakeWorld();
    const bench = new Bench();
    const stopRequested = (): boolean => world.isDone("first");
    const result = await bench.run({ runbook: two(world), flags: YES, stopRequested });
    expect(result).toMatchObject({ exitCode: 13, outcome: "stopped", error: { code: "stopped-by-operator" } });
    expect(world.isDone("second")).toBe(false);
    expect(bench.events.at(-1)).toMatchObject({
      type: "run-ended",
      exitCode: 13,
      resumeWith: "dingo-recover resume 20261121-020000-test",
      head: bench.journal.head,
    });
    expect(bench.journal.entries.at(-1)).toMatchObject({ type: "run-stopped", exitCode: 13 });
    expect(await bench.resume({ runbook: two(world), flags: YES })).toMatchObject({ exitCode: 0 });
  });

  it("comes in the middle of a wait, too", async () => {
    const world = new FakeWorld();
    const bench = new Bench();
    const wait = step("wait", {
      action: reading(world),
      with: { key: "x" },
      until: { text: "steps.wait.value != null" },
    });
    const stopRequested = (): boolean => bench.clock.sleeps.length >= 2;
    expect(await bench.run({ runbook: runbookOf([wait]), stopRequested })).toMatchObject({ exitCode: 13 });
    expect(bench.clock.sleeps).toHaveLength(2);
  });
});

describe("an interrupt", () => {
  it.each(["create", "disrupt"] as const)(
    "takes away a question before a step that may %s, with 130",
    async (effect) => {
      const [world, bench, stop] = [new FakeWorld(), new Bench(), new AbortController()];
      const runbook = runbookOf([step("first", { action: changing(world, effect), with: { key: "first" } })]);
      const operator = new StoppedOperator(stop);
      const result = await runRunbook({ ...bench.options({ runbook, signal: stop.signal }), inputs: {}, operator });
      expect(result).toMatchObject({ exitCode: 130, error: { code: "interrupted" } });
      expect(bench.state.approvals).toEqual([]);
      expect(world.isDone("first")).toBe(false);
    },
  );

  it("inside a step that changes the world leaves it begun, says that it will be probed, and ends with 130", async () => {
    const world = new FakeWorld();
    const bench = new Bench();
    const controller = new AbortController();
    world.onEffect = () => {
      controller.abort();
      throw new Error("the call was cut");
    };
    const result = await bench.run({ runbook: two(world), flags: YES, signal: controller.signal });
    expect(result).toMatchObject({ exitCode: 130, outcome: "stopped", error: { code: "interrupted" } });
    expect(result.error?.message).toContain('The step "first" had begun and may have had its effect');
    expect(bench.state.units.get("first")?.kind).toBe("running");
    world.onEffect = () => undefined;
    expect(await bench.resume({ runbook: two(world), flags: YES })).toMatchObject({ exitCode: 0 });
    expect(world.snapshot).toEqual({ effects: { first: 1, second: 1 }, halves: [] });
  });

  it.each(["create", "disrupt"] as const)(
    "while a lost call of a step that may %s is waited for says that the step had begun",
    async (effect) => {
      const [world, bench, stop] = [new FakeWorld(), new Bench(), new AbortController()];
      world.weather.set("first", ["lost-after"]);
      bench.clock.onSleep = () => stop.abort();
      const runbook = runbookOf([step("first", { action: changing(world, effect), with: { key: "first" } })]);
      const result = await bench.run({ runbook, flags: YES, signal: stop.signal });
      expect(result).toMatchObject({ exitCode: 130, error: { code: "interrupted" } });
      expect(result.error?.message).toContain('The step "first" had begun and may have had its effect');
      expect(bench.journal.entries.at(-1)).toMatchObject({ type: "run-stopped", why: result.error?.message });
    },
  );

  it("while a lost read is waited for says that nothing was going on", async () => {
    const [world, bench, stop] = [new FakeWorld(), new Bench(), new AbortController()];
    world.weather.set("read x", ["lost-before"]);
    bench.clock.onSleep = () => stop.abort();
    const runbook = runbookOf([step("look", { action: reading(world), with: { key: "x" } })]);
    const result = await bench.run({ runbook, signal: stop.signal });
    expect(result.error?.message).toBe("the run was interrupted. No change was under way.");
  });

  it("that meets a call about to end waits a moment and writes its outcome down", async () => {
    const world = new FakeWorld();
    const bench = new Bench();
    const controller = new AbortController();
    world.onEffect = () => controller.abort();
    const result = await bench.run({ runbook: two(world), flags: YES, signal: controller.signal });
    expect(result).toMatchObject({ exitCode: 130 });
    expect(world.isDone("second")).toBe(false);
    expect(world.effects.get("first")).toBe(1);
  });

  it("before the first step changes nothing", async () => {
    const world = new FakeWorld();
    const result = await new Bench().run({ runbook: two(world), flags: YES, signal: AbortSignal.abort() });
    expect(result).toMatchObject({ exitCode: 130 });
    expect(world.calls).toEqual([]);
  });
});

describe("a journal that can no longer be written", () => {
  it("ends the run at once: nothing is done, probed or asked any more (I3)", async () => {
    const inner = new MemoryJournal({ run: "20261121-020000-test", now: () => new Date(0) });
    const journal = new KillingJournal(inner, { at: 6, how: "before" });
    const world = new FakeWorld();
    const bench = new Bench(journal);
    const result = await bench.run({ runbook: two(world), flags: YES });
    expect(result).toMatchObject({ exitCode: 15, outcome: "stopped", error: { code: "journal-write-failed" } });
    expect(inner.entries.map(({ type }) => type)).toEqual([
      "run-started",
      "target-fixed",
      "asked",
      "approved",
      "step-started",
    ]);
    expect(world.calls).toEqual(["guard first", "do first", "verify first"]);
    expect(bench.locks.held).toEqual(["ORG/SPACE/db"]);
  });

  it("is not talked away by an action that swallows the error of its own note", async () => {
    const inner = new MemoryJournal({ run: "20261121-020000-test", now: () => new Date(0) });
    const journal = new KillingJournal(inner, { at: 6, how: "before" });
    const world = new FakeWorld();
    const careless = changing(world, "create");
    const action: typeof careless = {
      ...careless,
      run: async (context, input: never) => {
        await context.record("intent", { key: "first" }).catch(() => undefined);
        return careless.run(context, input);
      },
    };
    const runbook = runbookOf([step("first", { action, with: { key: "first" } }), ...two(world).steps.slice(1)]);
    const result = await new Bench(journal).run({ runbook, flags: YES });
    expect(result).toMatchObject({ exitCode: 15, error: { code: "journal-write-failed" } });
    expect(world.calls).not.toContain("do second");
  });
});

describe("closing down", () => {
  it("comes before the last entry, so that the head covers it, and its failure changes no outcome", async () => {
    const world = new FakeWorld();
    const bench = new Bench();
    const beforeEnd = async (): Promise<void> => {
      await bench.journal.append({ type: "resource-closed", kind: "ssh-user", data: {} });
      throw new Error("the cell is gone");
    };
    const result = await bench.run({ runbook: two(world), flags: YES, beforeEnd });
    expect(result).toMatchObject({ exitCode: 0, head: bench.journal.head });
    expect(bench.trail.slice(-2)).toEqual(["resource-closed", "run-ended"]);
    expect(bench.events.some((event) => event.type === "note" && event.message.includes("the cell is gone"))).toBe(
      true,
    );
  });
});

describe("a process that died before its first entry", () => {
  it("has begun nothing: the run begins when it is resumed", async () => {
    const world = new FakeWorld();
    const bench = new Bench();
    await bench.journal.append({ type: "resource-opened", kind: "cf-home", data: { path: "/tmp/x" } });
    const result = await bench.resume({ runbook: two(world), flags: YES });
    expect(result).toMatchObject({ exitCode: 0 });
    expect(bench.trail.slice(0, 2)).toEqual(["resource-opened", "run-started"]);
  });
});

describe("a system of a name that nobody knows", () => {
  it("is not waited for, and the run can be resumed", async () => {
    const error = new RecoverError("unreachable", "no such host", { remedy: "Look.", effect: "none", lasts: true });
    const away = { ...reading(new FakeWorld()), run: () => Promise.reject(error) };
    const bench = new Bench();
    const result = await bench.run({ runbook: runbookOf([step("look", { action: away, with: { key: "k" } })]) });
    expect(result).toMatchObject({ exitCode: 15, outcome: "waiting", error: { code: "unreachable" } });
    expect(bench.events.filter(({ type }) => type === "waiting")).toEqual([]);
    expect(bench.events.at(-1)).toMatchObject({ resumeWith: `dingo-recover resume ${bench.journal.run}` });
  });
});

describe("a system whose name was known when the run began to change things", () => {
  it("is waited for: the network has gone that knew it", async () => {
    const error = new RecoverError("unreachable", "no such host", { remedy: "Look.", effect: "none", lasts: true });
    const world = new FakeWorld();
    let looks = 0;
    const inner = reading(world);
    const run: typeof inner.run = (context, input) =>
      (looks += 1) < 3 ? Promise.reject(error) : inner.run(context, input);
    const away = { ...inner, run };
    const make = step("make", { action: changing(world, "create"), with: { key: "make" } });
    const bench = new Bench();
    const runbook = runbookOf([make, step("look", { action: away, with: { key: "k" } })]);
    expect(await bench.run({ runbook, flags: YES })).toMatchObject({ exitCode: 0 });
    expect(bench.events.filter(({ type }) => type === "waiting")).toHaveLength(2);
  });
});

describe("a run that would come to the same end again", () => {
  /** Looks at something that will not be another thing tomorrow. */
  const lasting = (world: FakeWorld): ReturnType<typeof step> => {
    const error = new RecoverError("not-restorable", "no base backup", { remedy: "Look.", effect: "none" });
    return step("source", { action: { ...reading(world), run: () => Promise.reject(error) }, with: { key: "s" } });
  };

  it("says with what another one is begun, as long as nothing was created", async () => {
    const bench = new Bench();
    const result = await bench.run({ runbook: { ...runbookOf([lasting(new FakeWorld())]), name: "book" } });
    expect(result).toMatchObject({ exitCode: 17 });
    const closeWith = `dingo-recover undo ${bench.journal.run}`;
    const ways = { beginAnewWith: "dingo-recover run book", closeWith };
    expect(bench.events.at(-1)).toMatchObject({ type: "run-ended", ...ways });
    expect(bench.events.at(-1)).not.toHaveProperty("resumeWith");
  });

  it("names what was given to it, and no default", async () => {
    const bench = new Bench();
    const inputs = [
      { name: "service", type: "string", prompt: "Service" },
      { name: "deep", type: "boolean", prompt: "Deep", default: false },
    ] as const;
    const book = { ...runbookOf([lasting(new FakeWorld())]), name: "book", inputs };
    await bench.run({ runbook: book, inputs: { service: "orders" } });
    const beginAnewWith = "dingo-recover run book --input service=orders";
    expect(bench.events.at(-1)).toMatchObject({ type: "run-ended", beginAnewWith });
    await bench.run({ runbook: book, inputs: { service: "orders", deep: "true" } });
    expect(bench.events.at(-1)).toMatchObject({ beginAnewWith: `${beginAnewWith} --input deep=true` });
  });

  it("names a mistyped input as it was meant, and so does the head of a resumed run", async () => {
    const bench = new Bench();
    const world = new FakeWorld();
    const run = async (context: Context): Promise<JsonObject> => {
      await context.record("input-meant", { service: "orders" });
      return { value: 1 };
    };
    const meant = { ...reading(world), run };
    const inputs = [{ name: "service", type: "string", prompt: "Service" }] as const;
    const steps = [step("find", { action: meant, with: { key: "s" } }), lasting(world)];
    const book = { ...runbookOf(steps), name: "book", inputs };
    await bench.run({ runbook: book, inputs: { service: "ordres" } });
    const beginAnewWith = "dingo-recover run book --input service=orders";
    expect(bench.events.at(-1)).toMatchObject({ type: "run-ended", beginAnewWith });
    await bench.resume({ runbook: book });
    const began = bench.events.findLast(({ type }) => type === "run-began");
    expect(began).toMatchObject({ resumed: true, given: [{ name: "service", text: "orders" }] });
  });

  it("offers the undo of a rehearsal that has changed something", async () => {
    const [world, bench] = [new FakeWorld(), new Bench()];
    const create = step("create", { action: reversible(world, new TakenBack(), "create"), with: { key: "c" } });
    const options = bench.options({ runbook: runbookOf([create, lasting(world)]), flags: YES });
    await runRunbook({ ...options, carrier: { ...options.carrier, rehearsal: true }, inputs: {} });
    expect(bench.events.at(-1)).toMatchObject({ undoWith: `dingo-recover undo ${bench.journal.run}` });
  });

  it.each(["input service", "service"])(
    "leaves the input to be filled in that was given wrongly: %s",
    async (place) => {
      const error = new RecoverError("input-invalid", "no such", { remedy: "Look.", place, effect: "none" });
      const refused = { ...reading(new FakeWorld()), run: () => Promise.reject(error) };
      const inputs = ["service", "space"].map((name) => ({ name, type: "string", prompt: name }) as const);
      const book = { ...runbookOf([step("pick", { action: refused, with: { key: "s" } })]), name: "book", inputs };
      const bench = new Bench();
      await bench.run({ runbook: book, inputs: { service: "99", space: "prod" } });
      const beginAnewWith = "dingo-recover run book --input service=VALUE --input space=prod";
      expect(bench.events.at(-1)).toMatchObject({ type: "run-ended", beginAnewWith });
      expect(bench.events.at(-1)).not.toHaveProperty("resumeWith");
    },
  );

  it("is resumed if something was changed before", async () => {
    const world = new FakeWorld();
    const bench = new Bench();
    const create = step("create", { action: changing(world, "create"), with: { key: "c" } });
    const result = await bench.run({ runbook: runbookOf([create, lasting(world)]), flags: YES });
    expect(result).toMatchObject({ exitCode: 17 });
    expect(bench.events.at(-1)).toMatchObject({ resumeWith: `dingo-recover resume ${bench.journal.run}` });
    expect(bench.events.at(-1)).not.toHaveProperty("beginAnewWith");
  });
});
