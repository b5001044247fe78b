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

  it("is the entry with that number, whatever other values begin with it", () => {
    expect(typed(choice("70e4-a", "15-b"), "1")).toBe("70e4-a");
    expect(typed(choice("1", "2", "15-b"), "1")).toBe("1");
    expect(typed(choice("15-b", "70e4-a"), "1")).toBe("15-b");
  });
});

describe("an answer to a list of instances", () => {
  const [FIRST, SECOND] = ["6e101b27-60ed-4bac-8e21-d07b63c47a40", "157a8269-1c7b-4d6c-9ac1-5b3c1f0f0a01"];
  const of = (name: string, value: string): ChoiceQuestion["choices"][number] => ({
    ...{ name, value, label: `"${name}" in acme/production`, consequence: "its archive is recovered" },
  });
  const list = (...names: string[]): ChoiceQuestion => ({
    ...{ kind: "choice", id: "instance", prompt: "Which?", why: "" },
    choices: [
      ...names.map((name, at) => of(name, [FIRST, SECOND][at] ?? "")),
      { value: "none", label: "None of these", consequence: "the run stops" },
    ],
  });
  const told = (question: ChoiceQuestion, answer: string): string => asideLines(question, answer, 80).join(" ").trim();

  it("is a listed number, and no number that is not listed", () => {
    const both = list("orders-db", "items-db");
    expect([typed(both, "1"), typed(both, "2"), typed(both, "3")]).toEqual([FIRST, SECOND, "none"]);
    expect([typed(both, "6"), typed(both, "15"), typed(both, "0")]).toEqual([undefined, undefined, undefined]);
    expect(told(both, "6")).toBe('"6" is no number of the list: type a number from 1 to 3');
  });

  it("is the beginning of a GUID from six characters on", () => {
    const both = list("orders-db", "items-db");
    expect([typed(both, "6e101"), typed(both, "157a8")]).toEqual([undefined, undefined]);
    expect([typed(both, "6e101b"), typed(both, "157a82"), typed(both, FIRST)]).toEqual([FIRST, SECOND, FIRST]);
    expect(told(both, "6e101")).toBe('"6e101" is too short: type 6 characters of it or more, or its number');
  });

  it("is the name of the service if one alone has it", () => {
    expect(typed(list("orders-db", "items-db"), "items-db")).toBe(SECOND);
    const twice = list("orders-db", "orders-db");
    expect(typed(twice, "orders-db")).toBeUndefined();
    expect(told(twice, "orders-db")).toBe(`"orders-db" may be ${FIRST} or ${SECOND}`);
    expect(told(list("orders-db"), "ordres-db")).toBe('"ordres-db" is none of them; did you mean orders-db?');
  });

  it("is not y, which is told how to say it", () => {
    const one = list("orders-db");
    expect([typed(one, "y"), typed(one, "yes")]).toEqual([undefined, undefined]);
    expect(told(one, "y")).toBe('"y" does not say which: type a number from 1 to 2');
  });
});

describe("? at a question", () => {
  it.each([
    ["yes or no", CONFIRM, "y is yes, and n is no"],
    ["a list", choice("one", "two"), "Type the line's number, its value, or its name if only one line has it."],
  ])("tells of %s what an answer is, beside the reason that is shown", (_what, question, how) => {
    expect(asideLines(question, "?", 80).join(" ")).toContain(how);
  });

  it("tells more if the question has more to say", () => {
    const told = asideLines({ ...CONFIRM, more: ["After n, the run stops before it."] }, "?", 80).join(" ");
    expect(told).toContain("After n, the run stops before it.");
  });
});
