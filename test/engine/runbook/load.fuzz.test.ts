import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fc, inputs } from "../../properties.ts";
import { describe, expect, it } from "vitest";
import { loadRunbook } from "../../../src/engine/runbook/load.ts";
import { ACTIONS } from "./actions.ts";

const FOLDER = join(import.meta.dirname, "../../../fixtures/runbooks");
const SEEDS = readdirSync(FOLDER).map(
  (file) => readFileSync(join(FOLDER, file), "utf8").split("\n--- # expected\n")[0] ?? "",
);

/** Loads, and checks the rule for every answer: a runbook, or diagnostics that lie inside the document. */
function load(text: string): number {
  const loaded = loadRunbook(text, "fuzz.yml", ACTIONS);
  if ("runbook" in loaded) return 0;
  const lines = text.split("\n").length;
  expect(loaded.diagnostics.length).toBeGreaterThan(0);
  for (const one of loaded.diagnostics) {
    expect(one.line).toBeGreaterThanOrEqual(1);
    expect(one.line).toBeLessThanOrEqual(lines + 1);
    expect(one.column).toBeGreaterThanOrEqual(1);
    expect(one.message).not.toBe("");
    expect(one.remedy).not.toBe("");
  }
  return loaded.diagnostics.length;
}

const TOKENS = [
  "${{",
  "}}",
  "!",
  "&a ",
  "*a",
  "<<: *a\n",
  "[",
  "{",
  "}",
  "]",
  ": ",
  "\n",
  "\n  ",
  "- ",
  "\t",
  "'",
  '"',
  "|",
  ">-",
  "#",
  "\u0000",
  "\u001b[2J",
  "\u202e",
  "__proto__: 1\n",
  "has(",
  "steps.",
  "inputs.service",
  " && ",
  "%YAML 1.1\n---\n",
  "---\n",
  "😀",
  "\r",
];

describe("loading a runbook", () => {
  it("answers any text with diagnostics, never with an exception", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => load(text) > 0),
      { numRuns: inputs(30) },
    );
  });

  it("answers any mix of YAML and expression tokens with diagnostics", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...TOKENS), { maxLength: 60 }), (tokens) => load(tokens.join("")) > 0),
      { numRuns: inputs(50) },
    );
  });

  it("survives any damage to a sound runbook", () => {
    const damage = fc.record({
      seed: fc.constantFrom(...SEEDS),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.nat({ max: 40 }),
      insert: fc.oneof(fc.constantFrom(...TOKENS), fc.string({ maxLength: 5 })),
    });
    fc.assert(
      fc.property(damage, ({ seed, at, cut, insert }) => {
        const start = Math.floor(at * seed.length);
        load(seed.slice(0, start) + insert + seed.slice(start + cut));
      }),
      { numRuns: inputs(60) },
    );
  });

  it.each([
    ["brackets without end", "a: " + "[".repeat(100_000)],
    ["braces without end", "{a: ".repeat(50_000)],
    ["deep indentation", Array.from({ length: 3000 }, (_, depth) => `${" ".repeat(depth)}a:\n`).join("")],
    ["nested dashes", "- ".repeat(50_000)],
    [
      "an alias bomb",
      [
        "a: &a [x, x, x, x, x, x, x, x, x]",
        ..."bcdefghi"
          .split("")
          .map((name, i) => `${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[i]}`).join(", ")}]`),
      ].join("\n"),
    ],
    ["an alias of itself", "a: &a [*a]"],
    ["a document above 1 MiB", `# ${"x".repeat(1024 * 1024)}\n`],
    ["very many keys", Array.from({ length: 60_000 }, (_, i) => `k${i}: 1`).join("\n")],
  ])("refuses %s", (_title, text) => {
    expect(load(text)).toBeGreaterThan(0);
  });
});
