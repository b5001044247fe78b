import { fc } from "../properties.js";
import yargs from "yargs";
import { describe, expect, it } from "vitest";
import { consentOptions, globalOptions, inputOptions, quietOptions } from "../../src/cli/options.js";
import { readRun } from "../../src/cli/plain-run.js";

/** As the real command is declared. */
async function parsed(words: readonly string[]): Promise<Record<string, unknown>> {
  return await yargs([...words])
    .options(globalOptions)
    .command("run [runbook]", "", (command) =>
      command
        .positional("runbook", { type: "string", default: "recover-deleted-service" })
        .options({ ...inputOptions, ...consentOptions, ...quietOptions }),
    )
    .exitProcess(false)
    .version(false)
    .strict()
    .fail((message, error: Error | undefined) => {
      throw error ?? new Error(message);
    })
    .parseAsync();
}

describe("a run without the parser", () => {
  it("is read where its words are plain", () => {
    expect(readRun(["run"])).toMatchObject({ runbook: "recover-deleted-service", input: [], patience: "10m" });
    expect(readRun("run drill.yml --input a=b --input c=d --yes --confirm o/s/n --json".split(" "))).toMatchObject({
      ...{ runbook: "drill.yml", input: ["a=b", "c=d"], yes: true, confirm: "o/s/n", json: true },
    });
  });

  it("is left to the parser elsewhere", () => {
    for (const words of [
      "run a b",
      "run --accept-loss 3",
      "run --input=a=b",
      "run --input",
      "run --input -x",
      'run --input "a=b"',
      "run --confirm 'a",
      "run --yes --yes",
      "run --no-yes",
      "run --yes true",
      "run --decide a=redo",
      "run -- a",
      "run help",
      "resume",
    ])
      expect(readRun(words.split(" ")), words).toBeUndefined();
    expect(readRun(["run", "--inputs", ""])).toBeUndefined();
  });

  it("reads what it reads as the parser does", async () => {
    const word = fc.constantFrom(
      ...["--input", "a=b", "a='b'", "'a=b'", 'a="b c"', "--inputs", "--dry-run", "--yes", "--quiet", "true"],
      ...["--non-interactive", "--confirm", "o/s/n", "--patience", "1e3", "--json", "--no-color", "--verbose", "0x10"],
      ...["--config", "--state-dir", "a.yml", "a b", "a\nb", "", "--", "-", "help", "=", "false"],
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 7 }), async (rest) => {
        const plain = readRun(["run", ...rest]);
        if (plain === undefined) return;
        const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
        expect(await parsed(["run", ...rest])).toMatchObject(given);
      }),
    );
  });

  it("says nothing that the parser would not", async () => {
    const words = ["run", "--input", "a=b"];
    const ours = Object.keys(readRun(words) ?? {});
    const theirs = Object.keys(await parsed([...words, "--config", "c", "--state-dir", "s"]));
    const valued = ["inputs", "confirm", "accept-loss"];
    expect(ours.filter((name) => !valued.includes(name)).sort()).toEqual(
      expect.arrayContaining(theirs.filter((name) => !/[A-Z]|^_$|^\$0$/u.test(name)).sort()),
    );
  });
});
