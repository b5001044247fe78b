import { fc } from "../properties.js";
import yargs from "yargs";
import { describe, expect, it } from "vitest";
import { globalOptions, reportOptions } from "../../src/cli/options.js";
import { formatFor } from "../../src/cli/report-format.js";
import { readReport } from "../../src/cli/plain-report.js";

describe("a report without the parser", () => {
  it("is read where its words are plain", () => {
    expect(readReport(["report", "2026"])).toMatchObject({ run: "2026", format: undefined, output: undefined });
    expect(readReport("report 2026 --format html -o a.html --json".split(" "))).toMatchObject({
      ...{ run: "2026", format: "html", output: "a.html", json: true, color: true },
    });
  });

  it("has the form that its file's name says, where none was named", () => {
    const forms = ["a.html", "A.HTM", "a.b.json", "a.md", "a.txt", "html", undefined].map((name) => formatFor(name));
    expect(forms).toEqual(["html", "html", "json", "markdown", "markdown", "markdown", "markdown"]);
  });

  it("is left to the parser elsewhere", () => {
    for (const words of [
      "report",
      "report a b",
      "report a --format pdf",
      "report a -o b --output c",
      "report a --format=html",
      "report a -o -",
      "report help",
      "runs a",
    ])
      expect(readReport(words.split(" ")), words).toBeUndefined();
  });

  it("reads what it reads as the parser does", async () => {
    const word = fc.constantFrom(
      ...["--format", "html", "json", "update", "--json", "--no-color", "--verbose", "--config", "-o", "--output"],
      ...["--state-dir", "a.yml", "40", "", "--", "-", "help", "true"],
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (rest) => {
        const plain = readReport(["report", "2026-x", ...rest]);
        if (plain === undefined) return;
        const parsed = await yargs(["report", "2026-x", ...rest])
          .options(globalOptions)
          .command("report [run]", "", (command) =>
            command.positional("run", { type: "string" }).options(reportOptions),
          )
          .exitProcess(false)
          .strict()
          .fail((message, error: Error | undefined) => {
            throw error ?? new Error(message);
          })
          .parseAsync();
        const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
        expect(parsed).toMatchObject(given);
      }),
    );
  });
});
