/**
 * A question that is too high for the screen is turned over page by page, forth and back, before the answer is typed.
 */
import { expect, it, vi } from "vitest";
import type { ConfirmQuestion, Question } from "../../../src/ports/operator.ts";
import type { Output } from "../../../src/cli/screen/output.ts";
import { promptingOperator } from "../../../src/cli/screen/prompts.ts";

const typed = vi.hoisted(() => ({ left: [] as string[], asked: [] as string[] }));
vi.mock("../../../src/cli/screen/line-reading.ts", () => ({
  LeftPrompt: class extends Error {},
  readLine: (_output: Output, { message }: { readonly message: string }) => {
    typed.asked.push(message);
    return Promise.resolve(typed.left.shift() ?? (message.startsWith("Page") ? "" : "y"));
  },
}));

const QUESTION: ConfirmQuestion = {
  kind: "confirm",
  id: "consent",
  prompt: "Go on?",
  why: "It is asked once.",
  details: Array.from({ length: 50 }, (_each, index) => `detail ${index}`),
};

async function told(question: ConfirmQuestion, ...answers: readonly string[]): Promise<readonly string[]> {
  const lines: string[] = [];
  const output = { columns: 80, rows: 24, safe: (text: string) => text, line: (text: string) => lines.push(text) };
  typed.left = [...answers];
  typed.asked = [];
  await promptingOperator(output as unknown as Output).ask(question);
  return lines;
}

async function shown(...answers: readonly string[]): Promise<readonly string[]> {
  const lines = await told(QUESTION, ...answers);
  return lines.flatMap((line) => /detail \d+/u.exec(line) ?? []);
}

it("shows each page once if Enter turns it, and says where b turns back", async () => {
  const details = await shown("", "", "y");
  expect(details).toEqual(QUESTION.details);
  expect(typed.asked.slice(0, 2)).toEqual([
    "Page 1 of 3; Enter shows the next",
    "Page 2 of 3; Enter shows the next, b the one before",
  ]);
});

it("shows the page before again if b is typed, and nothing before the first", async () => {
  const details = await shown("b", "", "b", "", "", "y");
  expect(details.filter((detail) => detail === "detail 0").length).toBe(2);
  expect(details.at(-1)).toBe("detail 49");
});

it("turns no page for what is meant for the question, and says where that comes", async () => {
  const lines = await told(QUESTION, "?", "m", "", "", "y");
  expect(lines.filter((line) => line.includes("Press Enter: you answer on the last page"))).toHaveLength(2);
  expect(lines.filter((line) => /detail \d+/u.test(line))).toHaveLength(50);
});

it("shows the facts first, and right above the answer what begins now, in bold", async () => {
  const lines: [string, string | undefined][] = [];
  const line = (text = "", style?: string): void => void lines.push([text, style]);
  const output = { columns: 80, rows: 24, safe: (text: string) => text, line };
  const question: Question = {
    kind: "typed",
    id: "consent",
    prompt: "Go on?",
    expected: "y",
    why: "From here on things are stopped.",
    details: ["undo takes back every step except: restart"],
    more: ["restart (disrupt): Restart it"],
  };
  typed.left = ["?", "y"];
  await promptingOperator(output as unknown as Output, () => ["  lost  63 s"]).ask(question);
  expect(lines).toEqual([
    ["  lost  63 s", undefined],
    ["    undo takes back every step except: restart", undefined],
    ["    From here on things are stopped.", "strong"],
    ["    restart (disrupt): Restart it", undefined],
    ["    From here on things are stopped.", undefined],
  ]);
});

it("shows of a long script its first line, and whole what m does not show", async () => {
  const long = (first: string): string => [first, ...Array.from({ length: 40 }, () => "detail 1")].join("\n");
  const lines = await told({
    ...QUESTION,
    details: [`  here$ ${long("sh")}`, long("evidence")],
    commands: [{ step: "copy", title: "Copy", commands: [{ on: "here", line: long("sh") }] }],
  });
  expect(lines.join("\n")).toContain("here$ sh … (40 lines more: m shows all of it)");
  expect(lines.filter((line) => line.includes("detail 1"))).toHaveLength(40);
});

it("leaves by q the pages that m shows, and none of those before the question", async () => {
  const typedLines = Array.from({ length: 60 }, (_each, index) => ({ on: "here", line: `true ${index}` }));
  const commands = [{ step: "copy", title: "Copy", commands: typedLines }];
  const lines = await told({ ...QUESTION, details: [], commands }, "m", "q", "y");
  expect(lines.join("\n")).toContain("true 1\n");
  expect(lines.join("\n")).not.toContain("true 59");
  expect(typed.asked.filter((message) => message.endsWith("q leaves"))).toHaveLength(1);
  expect(await shown("q", "", "", "y")).toEqual(QUESTION.details);
});
