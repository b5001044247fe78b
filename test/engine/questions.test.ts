import { z } from "zod";
import { describe, expect, it } from "vitest";
import { type Action, type AnyAction, type Context, defineAction, type JsonObject } from "../../src/action.ts";
import { resumeRun, runRunbook } from "../../src/engine/run/run.ts";
import { RecoverError } from "../../src/errors.ts";
import type { Answer, Question } from "../../src/ports/operator.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";
import { ScriptedOperator } from "../fakes/scripted-operator.ts";
import { changing, FakeWorld } from "./fake-world.ts";
import { Bench, runbookOf, step, YES } from "./fixture.ts";

/** A read that asks, and hands the answer on. */
function asking(question: Question, refusal?: Parameters<Context["ask"]>[1]): AnyAction {
  const action: Action<JsonObject, { value: string }> = {
    id: "fake.ask",
    title: "Ask",
    effect: "read",
    input: z.object({}) as unknown as z.ZodType<JsonObject>,
    output: z.object({ value: z.string() }),
    describe: () => [],
    run: async (context: Context) => ({ value: (await context.ask(question, refusal)).value }),
    verify: async () => ({ holds: true, evidence: "asked once" }),
  };
  return defineAction(action);
}

/** "blue" alone is an answer. */
const notBlue = (answer: string): RecoverError | undefined =>
  answer === "blue"
    ? undefined
    : new RecoverError("input-invalid", `"${answer}" is not there`, { remedy: "Say blue.", effect: "none" });

function scene(
  question: Question,
  refusal?: Parameters<Context["ask"]>[1],
): { runbook: ReturnType<typeof runbookOf>; bench: Bench; world: FakeWorld } {
  const world = new FakeWorld();
  world.weather.set("db", ["refused"]);
  const steps = [
    step("ask", { action: asking(question, refusal) }),
    step("make", { action: changing(world, "create"), with: { key: "db" } }),
  ];
  return { runbook: runbookOf(steps), bench: new Bench(), world };
}

const base = { id: "q", prompt: "Which?", why: "Because." };

describe("a question of a step", () => {
  it("is journaled and answered from the journal when the step runs again", async () => {
    const { runbook, bench } = scene({ kind: "text", ...base });
    await bench.run({ runbook, flags: YES, answers: { q: "blue" } });
    expect(bench.journal.entries.find((entry) => entry.type === "answered")).toMatchObject({
      step: "ask",
      question: "q",
      value: "blue",
      by: "operator",
    });
    // As if the process had died between the answer and the outcome.
    const { journal } = bench;
    const start = { step: "ask", attempt: 2, action: "fake.ask", effect: "read", input: {}, commandsSha256: "" };
    await journal.append({ type: "step-started", ...start });
    expect(await bench.resume({ runbook, flags: YES })).toMatchObject({ exitCode: 0 });
    expect(bench.operator.asked).toEqual([]);
    expect(bench.state.units.get("ask")).toMatchObject({ output: { value: "blue" } });
  });

  it("is asked again, with why, until the step can take the answer; only that one is journaled", async () => {
    const { runbook, bench } = scene({ kind: "text", ...base }, notBlue);
    const operator = new ScriptedOperator(["q", "99"], ["q", "blue"]);
    await runRunbook({ ...bench.options({ runbook, flags: YES }), operator, inputs: {} });
    expect(operator.ids).toEqual(["q", "q"]);
    expect(bench.events.filter(({ type }) => type === "note")).toMatchObject([
      { message: '"99" is not there. Say blue.' },
    ]);
    expect(bench.journal.entries.filter(({ type }) => type === "answered")).toMatchObject([{ value: "blue" }]);
    expect(bench.state.units.get("ask")).toMatchObject({ output: { value: "blue" } });
  });

  it.each(["99", ""])("is asked on resume if the journal holds %j, which is no answer", async (earlier) => {
    const { runbook, bench } = scene({ kind: "text", ...base }, earlier === "" ? undefined : notBlue);
    await bench.run({ runbook, flags: YES });
    await bench.journal.append({ type: "answered", step: "ask", question: "q", value: earlier, by: "operator" });
    const operator = new ScriptedOperator(["q", "blue"]);
    await resumeRun({ ...bench.options({ runbook, flags: YES }), operator });
    expect(operator.ids).toEqual(["q"]);
    expect(bench.state.units.get("ask")).toMatchObject({ output: { value: "blue" } });
  });

  it("counts for no step's time, however long the answer takes", async () => {
    const { runbook, bench } = scene({ kind: "text", ...base });
    const options = bench.options({ runbook, flags: YES });
    const slowly = async (question: Question): Promise<Answer> => {
      await bench.clock.sleep(3_600_000);
      return { value: question.id, by: "operator" };
    };
    await runRunbook({ ...options, operator: { ask: slowly }, inputs: {} });
    expect(bench.events.find((event) => event.type === "step-ended")).toMatchObject({ step: "ask", durationMs: 0 });
  });

  it("without anybody to answer is shown as an event and ends with 13; the step is asked again on resume", async () => {
    const { runbook, bench } = scene({
      kind: "choice",
      ...base,
      choices: [{ value: "a", label: "A", consequence: "none" }],
    });
    expect(await bench.run({ runbook, flags: YES })).toMatchObject({
      exitCode: 13,
      error: { code: "question-unanswered", place: "step ask" },
    });
    expect(bench.events.find((event) => event.type === "question")).toMatchObject({
      step: "ask",
      question: { id: "q" },
    });
    await bench.resume({ runbook, flags: YES, answers: { q: "a" } });
    expect(bench.state.units.get("ask")?.kind).toBe("succeeded");
  });

  it("with y/n is answered by --yes in a step that only reads or creates", async () => {
    const { runbook, bench } = scene({ kind: "confirm", ...base, details: [] });
    await bench.run({ runbook, flags: YES });
    expect(bench.journal.entries.find((entry) => entry.type === "answered")).toMatchObject({
      value: "yes",
      by: "flag",
    });
  });

  it("that was answered with no is asked again on resume: else no resume could go on", async () => {
    const { runbook, bench } = scene({ kind: "confirm", ...base, details: [] });
    await bench.run({ runbook, answers: { q: "no" } });
    await bench.resume({ runbook, answers: { q: "yes" } });
    await bench.journal.append({
      type: "step-started",
      step: "ask",
      attempt: 9,
      action: "fake.ask",
      effect: "read",
      input: {},
      commandsSha256: "",
    });
    await bench.resume({ runbook, answers: { q: "yes" } });
    expect(bench.operator.asked.map(({ id }) => id)).toContain("q");
  });

  it("for a secret leaves no trace of the answer, masks it from then on, and is asked again on resume", async () => {
    const { runbook, bench } = scene({ kind: "text", ...base, secret: true });
    const secrets = new Secrets();
    await bench.run({ runbook, flags: YES, secrets, answers: { q: "hunter22" } });
    expect(bench.journal.entries.find((entry) => entry.type === "answered")).toMatchObject({ value: "" });
    expect(secrets.mask("it is hunter22")).toBe("it is ********");
    expect(JSON.stringify(bench.events)).not.toContain("hunter22");
  });
});
