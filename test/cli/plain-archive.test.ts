import { fc } from "../properties.js";
import yargs from "yargs";
import { describe, expect, it } from "vitest";
import { verifyOptions, withDepth } from "../../src/cli/archive-options.js";
import { globalOptions } from "../../src/cli/options.js";
import { readCopying, readVerification } from "../../src/cli/plain-archive.js";

const AT = "s3://dingo/backups/guid/wal";

describe("a copy of an archive without the parser", () => {
  it("is read where its words are plain", () => {
    expect(readCopying(["archive", "copy", AT, "s3://safe/wal"])).toMatchObject({ patience: "10m" });
    const words = `archive copy ${AT} --json s3://safe/wal --config a.yml --patience 90s`.split(" ");
    const everywhere = { config: "a.yml", "state-dir": undefined, json: true, verbose: false, color: true };
    expect(readCopying(words)).toEqual({ source: AT, patience: "90s", destination: "s3://safe/wal", ...everywhere });
  });

  it("is left to the parser elsewhere", () => {
    for (const words of ["archive copy", `archive copy ${AT}`, `archive copy ${AT} a b`, `archive copy ${AT} a --deep`])
      expect(readCopying(words.split(" ")), words).toBeUndefined();
  });
});

describe("archive verify without the parser", () => {
  it("reads a plain question about an archive", () => {
    const words = `archive verify ${AT} --deep=full --reader wal-g --timeline latest --json --no-color --svg a.svg`;
    expect(readVerification(words.split(" "))).toMatchObject({
      location: AT,
      deep: "full",
      reader: "wal-g",
      timeline: "latest",
      svg: "a.svg",
      json: true,
      color: false,
      verbose: false,
    });
  });

  it("leaves everything else to the parser", () => {
    for (const words of [
      "archive verify",
      `archive copy ${AT} ${AT}`,
      `archive verify ${AT} ${AT}`,
      `archive verify ${AT} --reader pgbackrest`,
      `archive verify ${AT} --deep=deeper`,
      `archive verify ${AT} --deep --deep=full`,
      `archive verify ${AT} --svg`,
      `archive verify ${AT} --svg a --svg b`,
      `archive verify ${AT} --json --json`,
      `archive verify ${AT} --jsn`,
      `archive verify ${AT} --reader=wal-e`,
      `archive verify help --json`,
      `--json archive verify ${AT}`,
    ])
      expect(readVerification(words.split(" ")), words).toBeUndefined();
  });

  it("reads what it reads as the parser does", async () => {
    const word = fc.constantFrom(
      ...["--deep", "--deep=full", "--json", "--no-color", "--verbose", "--config", "--reader", "--timeline"],
      ...["--target-time", "--deleted-at", "wal-e", AT, "40m ago", "3", "", "--", "-", "help", "--bad", "true"],
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (rest) => {
        const words = ["archive", "verify", AT, ...rest];
        const plain = readVerification(words);
        if (plain === undefined) return;
        const parsed = await yargs([...withDepth(words.slice(1))])
          .options(globalOptions)
          .command("verify <location>", "", (command) =>
            command.positional("location", { type: "string", demandOption: true }).options(verifyOptions),
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
