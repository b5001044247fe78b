/** Help as the build has rendered it (build/bundle.mjs), so that `--help` loads no parser; a clone renders it. */
import { OWN_FORM, ownPath, readOwn } from "../../kit/process/own-files.ts";

const RENDERED = ownPath("bundle/help.json");

/** The help of the longest command name among the words, else of the program. Undefined if `help` names no command. */
export async function renderedHelp(words: readonly string[]): Promise<string | undefined> {
  const texts = await helpTexts();
  const names = words.filter((word) => !word.startsWith("-") && word !== "help");
  // The value of an option may stand before the command.
  for (let from = 0; from < names.length; from++)
    for (const length of [2, 1]) {
      const help = texts[names.slice(from, from + length).join(" ")];
      if (help !== undefined) return help;
    }
  // A word after `help` that is no command is a mistake of the command line.
  return words[0] === "help" && names.length > 0 ? undefined : texts[""];
}

async function helpTexts(): Promise<Readonly<Record<string, string>>> {
  if (OWN_FORM === "clone") return await (await import("./render-help.ts")).renderHelp();
  return JSON.parse(readOwn(RENDERED).toString("utf8")) as Record<string, string>;
}
