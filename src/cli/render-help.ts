/** Renders the help of every command at build time, so that `--help` need not load a parser (dist/help.json). */
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { helpText } from "./help-text.js";
import { buildParser, COMMANDS } from "./parser.js";

export async function renderHelp(): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const command of ["", ...COMMANDS]) texts[command] = `${await helpOf(command)}\n`;
  return texts;
}

async function helpOf(command: string): Promise<string> {
  const words = [...command.split(" ").filter((word) => word !== ""), "--help"];
  return await new Promise((resolve) => {
    // The callback receives the text instead of the terminal.
    void buildParser(words, () => undefined).parse(words, (_error: Error | undefined, _given: unknown, text: string) =>
      resolve(helpText(text)),
    );
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(new URL("../help.json", import.meta.url), JSON.stringify(await renderHelp()));
}
