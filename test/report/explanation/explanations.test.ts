import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../../src/cli/commands/table.ts";
import { renderHelp } from "../../../src/cli/start/render-help.ts";
import { CATALOGUE } from "../../../src/errors.ts";
import { EXPLANATIONS } from "../../../src/report/explanation/explanations.ts";

const HELP = await renderHelp();
const SENTENCES = Object.entries(EXPLANATIONS).flatMap(([code, { why, next }]) =>
  [why, ...next].map((sentence) => ({ code, sentence })),
);

describe("the explanations", () => {
  it("are there for every code of the catalogue, each with something to do", () => {
    expect(Object.keys(EXPLANATIONS).toSorted()).toEqual(Object.keys(CATALOGUE).toSorted());
    for (const { why, next } of Object.values(EXPLANATIONS)) {
      expect(why.length).toBeGreaterThan(CATALOGUE.usage.meaning.length);
      expect(next.length).toBeGreaterThan(0);
    }
  });

  it.each(SENTENCES)("name commands and options that exist: $code, $sentence", ({ sentence }) => {
    for (const [, words = ""] of sentence.matchAll(/dingo-recover ((?:[a-z]+ ?)+)/gu)) {
      const command = COMMANDS.filter((each) => `${words} `.startsWith(`${each} `)).at(-1);
      expect(command, `"${words}" is a command`).toBeDefined();
      const rest = sentence.slice(sentence.indexOf(words)).split(/[;,]/u)[0] ?? "";
      for (const [option] of rest.matchAll(/--[a-z-]+/gu)) expect(HELP[command ?? ""]).toContain(option);
    }
    const all = Object.values(HELP).join("\n") + "--version";
    for (const [option] of sentence.matchAll(/--[a-z-]+/gu)) expect(all).toContain(option);
  });

  it("name inputs that the main runbook has", () => {
    const runbook = readFileSync("runbooks/recover-deleted-service.yml", "utf8");
    const inputs = SENTENCES.flatMap(({ sentence }) => [...sentence.matchAll(/--input ([a-z_]+)=/gu)]);
    expect(inputs.length).toBeGreaterThan(1);
    for (const [, name] of inputs) expect(runbook).toContain(`  ${name}:`);
  });
});
