#!/usr/bin/env node
/**
 * The entry: CommonJS and nearly empty, because `--help` must cost no more than Node itself. Help texts are rendered at
 * build time from the command definitions (src/cli/render-help.ts); everything else is loaded when it is needed.
 *
 * It lies in three places. In a clone (`dist`) every module lies beside it. In a package (`bundle`, build/package.mjs) one
 * script, `program.cjs`, stands for all modules, and the few that are started by their path are stubs that come here. In the
 * single executable (build/executable.mjs) all that is inside it, and a first word that is the path of a file inside starts
 * that file. So a rehearsal starts the tool and its own programs the same way everywhere.
 */
"use strict";
const isInside = __filename === process.execPath;
const started = below(directory(), isInside ? process.argv[2] : process.argv[1]);
// A program finds its words where Node would have put them.
if (isInside && started !== undefined) process.argv.splice(1, 1);

const words = process.argv.slice(2);
const isHelp = (word: string | undefined): boolean => word === "--help" || word === "-h" || word === "help";
// What is being completed may well be a question for help.
const completes = words[0] === "--get-yargs-completions";
const asksForHelp =
  words.length === 0 ||
  isHelp(words[0]) ||
  (isHelp(words[words.length - 1]) && words[words.length - 2]?.startsWith("-") !== true) ||
  words.some((word) => word !== "help" && isHelp(word));

if (started !== undefined && started !== "bin.cjs") bundledModules()?.[started]?.();
else if (process.platform === "win32") {
  process.stderr.write("dingo-recover does not run on native Windows: use it inside WSL.\n");
  process.exitCode = 2;
} else {
  const asked = words.filter((word) => !word.startsWith("-") && !isHelp(word));
  const text = asksForHelp && !completes ? renderedHelp(asked) : undefined;
  if (text !== undefined && words.length > 0) process.stdout.write(text);
  else void answer();
}

async function answer(): Promise<void> {
  const bundledMain = bundledModules()?.["main.js"]?.() as Main | undefined;
  await (bundledMain ?? (await import("./main.ts"))).main(words);
}

/** What can be started, as functions that do it; undefined where every module is a file. */
function bundledModules(): Modules | undefined {
  const source = own("program.cjs");
  if (source === undefined) return undefined;
  const cachedData = own("program.cache");
  const filename = `${directory()}/program.cjs`;
  // V8 takes what the same V8 compiled when the bundle was made, and compiles the source where it was another.
  const { Script } = process.getBuiltinModule("node:vm");
  // A bundle is all ASCII.
  const wrapped = new Script(source.toString("latin1"), {
    filename,
    ...(cachedData === undefined ? {} : { cachedData }),
  }).runInThisContext() as Wrapped;
  const made = { exports: {} as Modules };
  wrapped(made, require, directory());
  return made.exports;
}

type Wrapped = (module: { exports: Modules }, require: NodeJS.Require, __dirname: string) => void;
interface Main {
  readonly main: (words: readonly string[]) => Promise<void>;
}
type Modules = Readonly<Record<string, () => unknown>>;

/** Where this file and what the build put beside it lie. */
function directory(): string {
  return isInside ? `${__filename}/bundle` : __dirname;
}

/** Undefined where it is not there. */
function own(name: string): Buffer | undefined {
  try {
    if (isInside) return Buffer.from(process.getBuiltinModule("node:sea").getRawAsset(`bundle/${name}`));
    return process.getBuiltinModule("node:fs").readFileSync(`${__dirname}/${name}`);
  } catch {
    return undefined;
  }
}

/** A path below the directory, as it is there. */
function below(parent: string, path: string | undefined): string | undefined {
  return path?.startsWith(`${parent}/`) === true ? path.slice(parent.length + 1) : undefined;
}

/** The text for the longest command name among the words, else that of the program; undefined where none was rendered. */
function renderedHelp(names: readonly string[]): string | undefined {
  const rendered = own("help.json");
  if (rendered === undefined) return undefined;
  const texts = JSON.parse(rendered.toString("utf8")) as Record<string, string>;
  // The value of an option may stand before the command.
  for (let from = 0; from < names.length; from++)
    for (const length of [2, 1]) {
      const help = texts[names.slice(from, from + length).join(" ")];
      if (help !== undefined) return help;
    }
  // What is asked about and is no command is a mistake of the command line.
  return words[0] === "help" && names.length > 0 ? undefined : texts[""];
}
