/** The pages for people say what is so: their commands are understood, their links and their tests are there. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { openRunbook } from "../../src/cli/shipped-runbooks.ts";
import { callsOf, understand } from "../cli/understood.ts";

const PAGES = [
  "README.md",
  ...readdirSync("docs")
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];
const text = (page: string): string => readFileSync(page, "utf8");

/** Every command of ours in a page: a line of a block, without what stands before it there, or a word of a sentence. */
function commandsOf(page: string): readonly string[] {
  const joined = text(page).replaceAll(/\\\n\s*/gu, " ");
  const blocks = [...joined.matchAll(/^```\w*\n([^]*?)^```/gmu)].flatMap(([, block = ""]) => block.split("\n"));
  const typed = blocks.flatMap(
    (line) => /^(?:\$ |[\d* ]+ |[^|]* \| )?(dingo-recover [a-z-].*)$/u.exec(line)?.[1] ?? [],
  );
  const sentences = joined.replaceAll(/^```[^]*?^```/gmu, "");
  const quoted = [...sentences.matchAll(/`(dingo-recover [a-z-][^`]*)`/gu)].map(([, command = ""]) =>
    command.replace(/\s+/gu, " "),
  );
  // What leaves something out is no command to be typed.
  return [...new Set([...typed, ...quoted])].filter((each) => !/…|\[|\||\bCODE\b|\bCOMMAND\b/u.test(each));
}

describe.each(PAGES)("%s", (page) => {
  it("has commands that a shell and the program understand", async () => {
    for (const command of commandsOf(page))
      for (const words of callsOf(command)) await expect(understand(words), command).resolves.toBeUndefined();
  });

  it("leads to what is there", () => {
    const links = [...text(page).matchAll(/\]\(([^)#]+)/gu)].flatMap(([, link = ""]) =>
      /^https?:/u.test(link) ? [] : [link],
    );
    for (const link of links) expect(existsSync(join(dirname(page), link)), link).toBe(true);
    const tests = [...text(page).matchAll(/`(test\/[\w/.-]+)`/gu)].map(([, path = ""]) => path);
    for (const path of tests) expect(existsSync(path), path).toBe(true);
  });
});

describe("the pages", () => {
  it("have commands at all", () => {
    expect(PAGES.flatMap(commandsOf).length).toBeGreaterThan(60);
  });

  it("know every page of docs from the README, from one another or from the package", () => {
    const linked = PAGES.map(text).join("\n");
    for (const page of PAGES.slice(1)) expect(linked, page).toContain(page.slice("docs/".length));
  });
});

describe("the page on how a recovery works", () => {
  const page = text("docs/how-a-recovery-works.md");
  const { steps } = openRunbook("recover-deleted-service");

  it("lists every step of the runbook in its order, with its title and its effect", () => {
    const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (.*) \| (\w+) \|$/gmu)].map(([, ...row]) => row);
    expect(rows).toEqual(steps.map(({ id, title, effect, action }) => [id, title, effect ?? action.effect]));
  });

  it("has a picture with every step once, in this order but for the one that is told below it", () => {
    const [, picture = ""] = /^```\n([^]*?)^```/mu.exec(page) ?? [];
    const lines = picture.split("\n").flatMap((line) => /^ [A-Z]+(?: [A-Z]+)? {2,}([a-z].*)$/u.exec(line)?.[1] ?? []);
    const drawn = lines.flatMap((line) => line.split(/ +/u));
    const named = steps.map(({ id }) => id).filter((id) => id !== "halt");
    expect([...drawn].sort()).toEqual([...named].sort());
    expect(page).toContain("`halt` stands between `space` and `source`");
    const at = (id: string): number => steps.findIndex((step) => step.id === id);
    expect([at("halt") - at("space"), at("source") - at("halt")]).toEqual([1, 1]);
  });
});
