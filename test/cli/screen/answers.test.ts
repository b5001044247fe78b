/**
 * The answers that may be typed at a question: Enter turns pages, so that it must neither approve nor stop anything.
 */
import { describe, expect, it } from "vitest";
import type { ChoiceQuestion, Question } from "../../../src/ports/operator.ts";
import { asideLines, valueOf } from "../../../src/cli/screen/answers.ts";

const BASE = { id: "q", prompt: "Go on?", why: "It is asked.", details: [] };
const CONFIRM: Question = { ...BASE, kind: "confirm" };
const TYPED: Question = { ...BASE, kind: "typed", expected: "acme/production/db" };
const TEXT: Question = { ...BASE, kind: "text", needed: true };
const choice = (...values: string[]): ChoiceQuestion => ({
  ...{ kind: "choice", id: "q", prompt: "Which?", why: "" },
  choices: values.map((value) => ({ value, label: value, consequence: "" })),
});
const typed = (question: Question, answer: string): string | undefined => valueOf(question, answer, "");

describe("Enter alone", () => {
  it.each([
    ["yes or no", CONFIRM, "type y or n"],
    ["a target", TYPED, "type acme/production/db, or stop with Ctrl-C"],
    ["a choice", choice("one", "two"), "type one of them or its number, or stop with Ctrl-C"],
    ["a text that is needed", TEXT, "Ctrl-C stops"],
  ])("is no answer to %s, and says what one is", (_what, question, told) => {
    expect(typed(question, "")).toBeUndefined();
    expect(asideLines(question, "", 80).join(" ")).toContain(told);
  });

  it("takes the default of a text, or leaves out what may be left out", () => {
    expect(typed({ ...BASE, kind: "text", default: "eu" }, "")).toBe("eu");
    expect(typed({ ...BASE, kind: "text" }, "")).toBe("");
  });
});

describe("an answer", () => {
  it("is y or n, the whole target, a value of the list", () => {
    expect([typed(CONFIRM, "y"), typed(CONFIRM, "No"), typed(CONFIRM, "maybe")]).toEqual(["yes", "no", undefined]);
    expect([typed(TYPED, "acme/production/db"), typed(TYPED, "acme")]).toEqual(["acme/production/db", undefined]);
    expect(typed(choice("service", "space"), "space")).toBe("space");
  });

  it("picks an entry of a list by its number, or by a beginning that no other has", () => {
    const happened = choice("service", "space", "table");
    expect([typed(happened, "2"), typed(happened, "serv"), typed(happened, "t")]).toEqual([
      "space",
      "service",
      "table",
    ]);
    expect([typed(happened, "s"), typed(happened, "4"), typed(happened, "0")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(asideLines(happened, "s", 80)).toEqual(['    "s" may be service or space']);
    expect(asideLines(happened, "tabel", 80)).toEqual(['    "tabel" is none of them; did you mean table?']);
  });

  it("is none where the number of one entry begins the value of another", () => {
    expect(typed(choice("70e4-a", "15-b"), "1")).toBeUndefined();
    expect(typed(choice("1", "2", "15-b"), "1")).toBe("1");
    expect(typed(choice("15-b", "70e4-a"), "1")).toBe("15-b");
  });
});
