import { fc } from "../properties.js";
import yargs from "yargs";
import { describe, expect, it } from "vitest";
import { readQuestion } from "../../src/cli/quick-discover.js";
import { discoverOptions, globalOptions } from "../../src/cli/options.js";

describe("the quick way of discover", () => {
  it("reads a plain question about log files", () => {
    const words =
      "discover --logs a.log --logs - --around 2016-03-17T06:00:00Z --window 1h --name db --space dev --all --json";
    expect(readQuestion([...words.split(" "), "--no-color"])).toEqual({
      logs: ["a.log", "-"],
      around: "2016-03-17T06:00:00Z",
      window: "1h",
      name: "db",
      space: "dev",
      all: true,
      json: true,
      color: false,
    });
  });

  it("leaves everything else to the parser", () => {
    for (const words of [
      "discover",
      "discover --around 1h",
      "discover --logs",
      "discover --logs --all",
      "discover --logs a b",
      "discover --logs=a",
      "discover --logs a --name x --name y",
      "discover --logs a --cf-events",
      "discover --logs a --config x.yml",
      "discover --logs a --helpp",
      "runs --logs a",
      "--json discover --logs a",
    ])
      expect(readQuestion(words.split(" "))).toBeUndefined();
  });

  it("reads what it reads as the parser does", async () => {
    const word = fc.constantFrom(
      ...["--logs", "--name", "--space", "--around", "--window", "--all", "--json", "--no-color"],
      ...["a.log", "1h", "-", "", "x y", "--", "--bad", "0", "true"],
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 7 }), async (rest) => {
        const words = ["discover", "--logs", "x.log", ...rest];
        const quick = readQuestion(words);
        if (quick === undefined) return;
        let parsed: Record<string, unknown> = {};
        await yargs(words.map((each) => (each === "-" ? "stdin" : each)))
          .options(globalOptions)
          .command(
            "discover",
            "",
            (command) => command.options(discoverOptions),
            (given) => {
              parsed = given;
            },
          )
          .exitProcess(false)
          .strict()
          .fail((message, error: Error | undefined) => {
            throw error ?? new Error(message);
          })
          .parseAsync();
        const logs = quick.logs.map((each) => (each === "-" ? "stdin" : each));
        expect(parsed).toMatchObject({ ...quick, logs });
      }),
    );
  });
});
