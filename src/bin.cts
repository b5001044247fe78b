#!/usr/bin/env node
/**
 * The entry: CommonJS and nearly empty, because `--help` must cost no more than Node itself. Help texts are rendered at
 * build time from the command definitions (src/cli/render-help.ts); everything else is loaded when it is needed.
 */
"use strict";
const words = process.argv.slice(2);
const isHelp = (word: string | undefined): boolean => word === "--help" || word === "-h" || word === "help";
const asksForHelp =
  words.length === 0 ||
  isHelp(words[0]) ||
  (isHelp(words[words.length - 1]) && words[words.length - 2]?.startsWith("-") !== true) ||
  words.some((word) => word !== "help" && isHelp(word));
const text = asksForHelp ? renderedHelp(words.filter((word) => !word.startsWith("-") && !isHelp(word))) : undefined;

if (process.platform === "win32") {
  process.stderr.write("dingo-recover does not run on native Windows: use it inside WSL.\n");
  process.exitCode = 2;
} else if (text !== undefined && words.length > 0) {
  process.stdout.write(text);
} else {
  // The AWS SDK announces on stderr which Node it will need one day; this is its own documented switch.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  void quick().then(async (done) => {
    if (!done) await (await import("./main.js")).main(words);
  });
}

/** Answers what needs next to nothing of the tool; false where it does not, or was not bundled. */
async function quick(): Promise<boolean> {
  if (words[0] !== "discover") return false;
  const { readFileSync } = process.getBuiltinModule("node:fs");
  const filename = `${__dirname}/quick.cjs`;
  let source: string;
  let compiled: { cachedData?: Buffer } = {};
  try {
    source = readFileSync(filename, "utf8");
    compiled = { cachedData: readFileSync(`${__dirname}/quick.cache`) };
  } catch {
    return false;
  }
  // V8 takes what the same V8 compiled when the bundle was made, and compiles the source where it was another.
  const { Script } = process.getBuiltinModule("node:vm");
  const wrapped = new Script(source, { filename, ...compiled }).runInThisContext() as Wrapped;
  const bundled: { exports: unknown } = { exports: {} };
  wrapped(bundled, require, __dirname);
  return await (bundled.exports as Bundle).quick(words);
}

type Wrapped = (module: { exports: unknown }, require: NodeJS.Require, __dirname: string) => void;

interface Bundle {
  readonly quick: (words: readonly string[]) => Promise<boolean>;
}

/** The text for the longest command name among the words, else that of the program; undefined where none was rendered. */
function renderedHelp(names: readonly string[]): string | undefined {
  let texts: Record<string, string>;
  try {
    texts = require("./help.json") as Record<string, string>;
  } catch {
    return undefined;
  }
  // The value of an option may stand before the command.
  for (let from = 0; from < names.length; from++)
    for (const length of [2, 1]) {
      const help = texts[names.slice(from, from + length).join(" ")];
      if (help !== undefined) return help;
    }
  // What is asked about and is no command is a mistake of the command line.
  return words[0] === "help" && names.length > 0 ? undefined : texts[""];
}
