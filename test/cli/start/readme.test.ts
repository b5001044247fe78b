import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EXIT } from "../../../src/errors.ts";
import { formatLocation, parseLocation } from "../../../src/archive/names/location.ts";
import { COMMANDS } from "../../../src/cli/commands/table.ts";
import { renderHelp } from "../../../src/cli/start/render-help.ts";
import { renderSchemas } from "../../../src/cli/start/render-schema.ts";
import { TOOL_DIRECTORY } from "../../tool.ts";

const README = readFileSync("README.md", "utf8");
const CODES = readFileSync("docs/exit-codes.md", "utf8");
const MOST_BYTES = 8192;

describe("the README", () => {
  it(`is one page: no more than ${MOST_BYTES} bytes`, () => {
    expect(Buffer.byteLength(README)).toBeLessThanOrEqual(MOST_BYTES);
  });

  it("says what was proven, and what was never tried, before anything else", () => {
    const first = README.slice(0, README.indexOf("## "));
    for (const said of ["**Dingo PostgreSQL** is", "**Proven**", "**Never tried** | AWS itself"])
      expect(first).toContain(said);
  });

  it("names every command that the help names", () => {
    const table = README.slice(README.indexOf("## Commands"), README.indexOf("## Guarantees"));
    for (const command of COMMANDS.filter((each) => !["journal", "archive", "config"].includes(each)))
      expect(table).toContain(`\`${command}`);
  });
});

describe("the page on exit codes and JSON", () => {
  it("has every exit code in its first table, and no other", () => {
    const table = CODES.slice(0, CODES.indexOf("Three more codes"));
    const codes = [...table.matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]));
    expect(codes).toEqual(Object.values(EXIT));
  });

  it("names documents that the program prints", () => {
    const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => readFileSync(join("src", name), "utf8"))
      .join("\n");
    const named = [...CODES.matchAll(/dingo-recover\/([a-z-]+@1)/gu)].map(([, name = ""]) => name);
    expect(named.length).toBeGreaterThan(8);
    for (const name of named) expect(sources).toContain(`dingo-recover/${name}`);
  });
});

describe("the rendered help", async () => {
  const help = await renderHelp();

  it("is what the build wrote down", () => {
    expect(JSON.parse(readFileSync(join(TOOL_DIRECTORY, "help.json"), "utf8"))).toEqual(help);
  });

  it("has the schemas beside it, as the build wrote them down", () => {
    const written: unknown = JSON.parse(readFileSync(join(TOOL_DIRECTORY, "schema.json"), "utf8"));
    expect(written).toEqual(renderSchemas());
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
