import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EXIT } from "../../src/errors.ts";
import { formatLocation, parseLocation } from "../../src/archive/names/location.ts";
import { COMMANDS } from "../../src/cli/parser.ts";
import { renderHelp } from "../../src/cli/render-help.ts";
import { TOOL_DIRECTORY } from "../tool.ts";

const README = readFileSync("README.md", "utf8");

describe("the README", () => {
  it("has every exit code in its table, and no other", () => {
    const table = README.slice(README.indexOf("## Exit codes"), README.indexOf("## What it promises"));
    const codes = [...table.matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]));
    expect(codes).toEqual(Object.values(EXIT));
  });

  it("names every command that the help names", () => {
    const table = README.slice(README.indexOf("## Commands"), README.indexOf("## Exit codes"));
    for (const command of COMMANDS.filter((each) => !["journal", "archive", "config"].includes(each)))
      expect(table).toContain(`\`${command}`);
  });
});

describe("the rendered help", async () => {
  const help = await renderHelp();

  it("is what the build wrote down", () => {
    expect(JSON.parse(readFileSync(join(TOOL_DIRECTORY, "help.json"), "utf8"))).toEqual(help);
  });

  it("has examples and the exit of every command's options", () => {
    for (const command of COMMANDS.filter((each) => !["journal", "archive", "config"].includes(each)))
      expect(help[command], command).toContain("Examples:");
  });

  it("gives places in an object store that the tool takes", () => {
    const texts = Object.values(help).map((text) => text.slice(text.indexOf("Examples:")));
    const places = texts.flatMap((text) => text.match(/s3:\/\/\S+/gu) ?? []);
    expect(places.length).toBeGreaterThanOrEqual(4);
    for (const place of places) expect(formatLocation(parseLocation(place))).toBe(place);
  });

  it("fits a terminal of 80 columns, and says of types and defaults only what matters", () => {
    for (const text of Object.values(help)) {
      expect(text).not.toMatch(/\[(?:boolean|string|number|array|required|default|choices)/u);
      expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
      expect(text).toMatch(/^Usage: dingo-recover /u);
    }
  });
});
