import { beforeEach, describe, expect, it } from "vitest";
import type { EngineOptions, RunResult } from "../../src/engine/options.js";
import { resumeRun, runRunbook, undoRun } from "../../src/engine/run.js";
import { readRequest } from "../../src/journal/approval-request.js";
import { sha256 } from "../../src/journal/line.js";
import type { Runbook } from "../../src/runbook/runbook.js";
import { changing, FakeWorld, reviewing } from "./fake-world.js";
import { Bench, runbookOf, type Setting, step, YES } from "./fixture.js";
import { reversible, TakenBack } from "./reversible.js";
import { FakeSecondPerson, signedBy } from "./two-persons.js";

const TARGET = "ORG/SPACE/db";

function windowed(world: FakeWorld): Runbook {
  return runbookOf([
    step("review", { action: reviewing(world) }),
    step("stop", { action: changing(world, "disrupt"), with: { key: "stop" } }),
    step("swap", { action: changing(world, "destroy"), with: { key: "swap" } }),
  ]);
}

let world: FakeWorld;
let bench: Bench;
let person: FakeSecondPerson;
beforeEach(() => {
  world = new FakeWorld();
  world.readings.set("loss", "5 minutes");
  bench = new Bench();
  person = new FakeSecondPerson();
});

const options = (setting: Partial<Setting> = {}, approvals: readonly string[] = []): EngineOptions => {
  const given = bench.options({ runbook: windowed(world), flags: { ...YES, approvals }, ...setting });
  return { ...given, secondPerson: person };
};
const begun = (setting?: Partial<Setting>): Promise<RunResult> => runRunbook({ ...options(setting), inputs: {} });
const goneOn = (...approvals: readonly string[]): Promise<RunResult> => resumeRun(options({}, approvals));
const approvals = () => bench.journal.entries.filter((entry) => entry.type === "approved");
const requests = () => bench.journal.entries.filter((entry) => entry.type === "asked" && entry.request !== undefined);

describe("two persons", () => {
  it("are asked for before any effect: the run stops with 13, and its request is journaled and laid out", async () => {
    expect(await begun()).toMatchObject({ exitCode: 13, error: { code: "question-unanswered" } });
    expect(world.effects.size).toBe(0);
    expect([requests().length, approvals().length]).toEqual([1, 0]);
    const request = readRequest(person.text, "request");
    expect(request).toMatchObject({
      run: bench.journal.run,
      target: TARGET,
      operator: { name: "op", host: "jump", key: "ann" },
      steps: ["stop", "swap"],
      review: [{ label: "loss", value: '"5 minutes"' }],
    });
    expect(request.reviewSha256).toBe(sha256(JSON.stringify(request.review)));
    expect(request.details.join("\n")).toContain("fake destroy swap");
  });

  it("let the run go on, and stand in the journal", async () => {
    await begun();
    expect(await goneOn(signedBy("ben", person.text))).toMatchObject({ exitCode: 0 });
    expect(requests()).toHaveLength(1);
    expect(approvals()).toMatchObject([
      {
        steps: ["stop", "swap"],
        shownSha256: readRequest(person.text, "request").shownSha256,
        second: {
          request: { sha256: sha256(person.text) },
          operator: { principals: ["ann@x"] },
          other: { principals: ["ben@x"], key: "ben" },
          by: "flag",
        },
      },
    ]);
  });

  it("may sign while the run waits, in the lease's place", async () => {
    person.publish = (request) => {
      person.published.push(request);
      person.came.push("rubbish", signedBy("ben", request.text));
      return Promise.resolve([]);
    };
    expect(await begun()).toMatchObject({ exitCode: 0 });
    expect(approvals()).toMatchObject([{ second: { by: "lease" } }]);
  });

  it("may be pasted, by whoever types it", async () => {
    person.publish = (request) => {
      person.published.push(request);
      bench.operator.ask = (question) => {
        bench.operator.asked.push(question);
        const tries = bench.operator.asked.filter(({ id }) => id === "second-person").length;
        return Promise.resolve({ value: tries === 1 ? "ok" : signedBy("ben", request.text), by: "operator" });
      };
      return Promise.resolve([]);
    };
    expect(await begun()).toMatchObject({ exitCode: 0 });
    expect(bench.operator.asked.map(({ id }) => id)).toEqual(["second-person", "second-person"]);
  });

  it("hold on resume, as any approval", async () => {
    world.weather.set("swap", ["refused"]);
    await begun();
    expect((await goneOn(signedBy("ben", person.text))).exitCode).not.toBe(0);
    expect(await goneOn()).toMatchObject({ exitCode: 0 });
    expect([requests().length, approvals().length]).toEqual([1, 1]);
  });

  it("are no matter of a configuration that does not name them", async () => {
    expect(await bench.run({ runbook: windowed(world), flags: YES })).toMatchObject({ exitCode: 0 });
    expect(approvals().map((entry) => "second" in entry)).toEqual([false]);
  });

  it("are needed for what they are named for, and for nothing else", async () => {
    const stopping = runbookOf([step("stop", { action: changing(world, "disrupt"), with: { key: "stop" } })]);
    expect(await begun({ runbook: stopping })).toMatchObject({ exitCode: 0 });
    bench = new Bench();
    person = new FakeSecondPerson(["create"]);
    const making = runbookOf([step("make", { action: changing(world, "create"), with: { key: "db" } })]);
    expect(await begun({ runbook: making })).toMatchObject({ exitCode: 13 });
  });

  it("are needed though one person had approved it before there was such a rule", async () => {
    world.weather.set("stop", ["refused"]);
    await bench.run({ runbook: windowed(world), flags: YES });
    expect(approvals()).toHaveLength(1);
    await goneOn();
    expect(world.isDone("swap")).toBe(false);
    expect(requests()).toHaveLength(1);
  });
});

describe("a signature is refused, and nothing is done, where it is", () => {
  const refused = async (said: string, ...given: readonly string[]): Promise<void> => {
    const result = await goneOn(...given);
    expect(result).toMatchObject({ exitCode: 16, error: { code: "signature-refused" } });
    expect(result.error?.message).toContain(said);
    expect([world.effects.size, approvals().length]).toEqual([0, 0]);
  };

  it("of a person whom nobody knows", async () => {
    await begun();
    await refused("somebody whom the file does not know", signedBy("eve", person.text));
  });

  it("of the operator, by another key too", async () => {
    await begun();
    await refused('"ann@x" has signed request', signedBy("ann", person.text));
    await refused("one person is not two", signedBy("ann-laptop", person.text));
  });

  it("over something else", async () => {
    await begun();
    await refused("it is over something else, or was changed", signedBy("ben", `${person.text} `));
  });

  it("over a request that has expired", async () => {
    await begun();
    const late = signedBy("ben", person.text);
    await bench.clock.sleep(person.validMs + 1);
    await refused("has expired", late);
    expect(requests()).toHaveLength(2);
  });

  it("over another review of this run", async () => {
    await begun();
    const before = signedBy("ben", person.text);
    const more = step("more", { action: changing(world, "destroy"), with: { key: "more" } });
    const changed = runbookOf([...windowed(world).steps, more]);
    const result = await resumeRun(
      options({ runbook: changed, flags: { ...YES, approvals: [before], acceptRunbook: true } }),
    );
    expect(result).toMatchObject({ exitCode: 16, error: { code: "signature-refused" } });
    expect(result.error?.message).toContain("over another review of this run");
    expect(world.effects.size).toBe(0);
  });

  it("of another run, though all else is alike", async () => {
    await begun();
    const there = signedBy("ben", person.text);
    bench = new Bench();
    await begun();
    await refused("it is over something else", there);
  });

  it("used already", async () => {
    const twice = runbookOf([
      step("first", { action: reviewing(world) }),
      step("one", { action: changing(world, "destroy"), with: { key: "one" } }),
      step("second", { action: reviewing(world) }),
      step("two", { action: changing(world, "destroy"), with: { key: "two" } }),
    ]);
    await begun({ runbook: twice });
    const used = signedBy("ben", person.text);
    const goOnWith = (): Promise<RunResult> =>
      resumeRun(options({ runbook: twice, flags: { ...YES, approvals: [used] } }));
    // The same process comes to the next request, for which nothing was given.
    expect(await goOnWith()).toMatchObject({ exitCode: 13 });
    expect(world.effects.size).toBe(1);
    const result = await goOnWith();
    expect(result).toMatchObject({ exitCode: 16, error: { code: "signature-refused" } });
    expect(result.error?.message).toContain("was used already");
    expect(world.effects.size).toBe(1);
  });

  it("asked for by an operator whom nobody knows: then nobody is asked", async () => {
    person.operator = "eve";
    const result = await begun();
    expect(result).toMatchObject({ exitCode: 16, error: { code: "signature-refused" } });
    expect(result.error?.message).toContain("does not know the operator's own key");
    expect(person.published).toEqual([]);
    expect(world.effects.size).toBe(0);
  });
});

describe("an undo that destroys", () => {
  it("needs two persons as well", async () => {
    const taken = new TakenBack();
    const runbook = runbookOf([step("swap", { action: reversible(world, taken, "destroy"), with: { key: "swap" } })]);
    await bench.run({ runbook, flags: YES });
    expect(await undoRun(options({ runbook }))).toMatchObject({ exitCode: 13 });
    expect([taken.counts.size, world.isDone("swap")]).toEqual([0, true]);
    const given = { runbook, flags: { ...YES, approvals: [signedBy("ben", person.text)] } };
    expect(await undoRun(options(given))).toMatchObject({ outcome: "undone" });
    expect(approvals().at(-1)).toMatchObject({ steps: ["undo swap"], second: { other: { principals: ["ben@x"] } } });
  });
});
