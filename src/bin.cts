#!/usr/bin/env node
/**
 * The entry: CommonJS and nearly empty, because `--help` must cost no more than Node itself. Help texts are rendered at
 * build time from the command definitions (src/cli/render-help.ts); everything else is loaded when it is needed.
 */
"use strict";
const words = process.argv.slice(2);
const asksForHelp = words.some((word) => word === "--help" || word === "-h") || words.length === 0;
const text = asksForHelp ? renderedHelp(words.filter((word) => !word.startsWith("-"))) : undefined;

if (process.platform === "win32") {
  process.stderr.write("dingo-recover does not run on native Windows: use it inside WSL.\n");
  process.exitCode = 2;
} else if (text !== undefined && words.length > 0) {
  process.stdout.write(text);
} else {
  // The AWS SDK announces on stderr which Node it will need one day; this is its own documented switch.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  void import("./main.js").then(({ main }) => main(words));
}

/** The text for the longest command name that the words begin with; undefined where none was rendered. */
function renderedHelp(names: readonly string[]): string | undefined {
  let texts: Record<string, string>;
  try {
    texts = require("./help.json") as Record<string, string>;
  } catch {
    return undefined;
  }
  for (let length = Math.min(2, names.length); length > 0; length--) {
    const help = texts[names.slice(0, length).join(" ")];
    if (help !== undefined) return help;
  }
  return names.length === 0 ? texts[""] : undefined;
}
