/** The pages for people are true: their commands are understood, their links and their tests are there. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { SETTINGS } from "../../src/config/settings/settings.ts";
import { openRunbook } from "../../src/cli/process/shipped-runbooks.ts";
import { START_WITH } from "../../src/rehearsal/scenarios/registry.ts";
import { callsOf, understand } from "../cli/start/understood.ts";

const OTHERS = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"];
const PAGES = [
  ...OTHERS,
  ...readdirSync("docs")
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];
/** Written by a run of the deep tests. */
const WRITTEN = ["test/deep-run.json"];
const text = (page: string): string => readFileSync(page, "utf8");

/** Every command of ours in a page: a line of a block, without the text before it there, or a word of a sentence. */
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
  // A text that leaves something out is no command to be typed.
  return [...new Set([...typed, ...quoted])].filter((each) => !/…|\[|\||\bCODE\b|\bCOMMAND\b/u.test(each));
}

interface Link {
  readonly file: string;
  readonly anchor: string | undefined;
}

/** Relative links; those within a block of code are none. */
function linksOf(page: string): readonly Link[] {
  const prose = text(page).replaceAll(/^```[^]*?^```/gmu, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/gu)].flatMap(([, link = ""]) => {
    if (/^https?:/u.test(link)) return [];
    const [path = "", anchor] = link.split("#");
    return [{ file: path === "" ? page : join(dirname(page), path), anchor }];
  });
}

/** As GitHub makes them of headings. */
const slug = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

const anchorsOf = (page: string): readonly string[] =>
  [...page.replaceAll(/^```[^]*?^```/gmu, "").matchAll(/^#+ (.+)$/gmu)].map(([, title = ""]) => slug(title));

describe.each(PAGES)("%s", (page) => {
  it("has commands that a shell and the program understand", async () => {
    for (const command of commandsOf(page))
      for (const words of callsOf(command)) await expect(understand(words), command).resolves.toBeUndefined();
  });

  it("leads to what is there", () => {
    for (const { file, anchor } of linksOf(page)) {
      expect(existsSync(file), file).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(text(file)), `${file}#${anchor}`).toContain(anchor);
    }
    const named = [...text(page).matchAll(/`((?:test|docs|bench|build|fixtures)\/[\w/.@-]+)`/gu)].map(
      ([, path = ""]) => path,
    );
    for (const path of named.filter((each) => !WRITTEN.includes(each))) expect(existsSync(path), path).toBe(true);
  });
});

describe("the pages", () => {
  it("have commands at all", () => {
    expect(PAGES.flatMap(commandsOf).length).toBeGreaterThan(60);
  });

  it("are all linked from the README", () => {
    const linked = linksOf("README.md").map(({ file }) => file);
    for (const page of PAGES.slice(1)) expect(linked).toContain(page);
  });

  it("name each of their parts in their contents, if they have any", () => {
    for (const page of PAGES) {
      const [, contents = ""] = /\n\n((?:- \[[^\]]+\]\(#[^)]+\)\n)+)\n## /u.exec(text(page)) ?? [];
      const parts = [...text(page).matchAll(/^## (.+)$/gmu)].map(([, title = ""]) => slug(title));
      if (contents !== "")
        expect(
          [...contents.matchAll(/\(#([^)]+)\)/gu)].map(([, to = ""]) => to),
          page,
        ).toEqual(parts);
    }
  });
});

describe("the page on rehearsals", () => {
  it("starts with the scenarios that the program starts with", () => {
    const named = [...text("docs/rehearsal.md").matchAll(/^\| `dingo-recover rehearse ([a-z-]+)`/gmu)];
    expect(named.map(([, name]) => name)).toEqual(START_WITH.map(({ name }) => name));
  });
});

describe("the page on the configuration", () => {
  const rows = text("docs/configuration.md")
    .split("\n")
    .filter((line) => line.startsWith("| `"));

  it.each(SETTINGS)("has $name, with its variables", ({ name, variables = [] }) => {
    const [row = ""] = rows.filter((each) => each.split(" | ")[0]?.includes(`\`${name}\``));
    for (const word of [name, ...variables]) expect(row).toContain(`\`${word}\``);
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

it("README and Versions name the same days, and each page the same Node", () => {
  const days = (page: string): readonly string[] =>
    [...text(page).matchAll(/\bon (\d{1,2} November \d{4})/gu)].map(([, day = ""]) => day);
  expect(days("README.md")).toEqual(days("docs/compatibility.md"));
  const needed = ["README.md", "docs/install.md", "docs/faq.md"].filter(
    (page) => !/Node 24 or later/u.test(text(page)),
  );
  expect(needed).toEqual([]);
});
