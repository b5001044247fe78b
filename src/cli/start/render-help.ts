/** The help of every command, which the build renders so that `--help` need not load a parser (build/bundle.mjs). */
import { FIRST_EXAMPLES, GROUPS } from "./command-groups.ts";
import { examplesOf, grouped, helpText, withExamples } from "./help-text.ts";
import { buildParser, COMMANDS } from "./parser.ts";

export async function renderHelp(): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const command of COMMANDS) texts[command] = await helpOf(command);
  const main = withExamples(grouped(await helpOf(""), GROUPS), FIRST_EXAMPLES);
  const all = { "": main, ...Object.fromEntries(COMMANDS.map((command) => [command, asFamily(command, texts)])) };
  return Object.fromEntries(Object.entries(all).map(([command, text]) => [command, `${text}\n`]));
}

/** A command that is only the beginning of others shows the first example of each. */
function asFamily(command: string, texts: Readonly<Record<string, string>>): string {
  const text = texts[command] ?? "";
  const members = COMMANDS.filter((each) => each.startsWith(`${command} `));
  const first = members.flatMap((each) => examplesOf(texts[each] ?? "").slice(0, 1));
  return first.length === 0 ? text : withExamples(text, first);
}

/** Of one command alone. */
export async function helpOf(command: string): Promise<string> {
  const words = [...command.split(" ").filter((word) => word !== ""), "--help"];
  return await new Promise((resolve) => {
    // The callback receives the text instead of the terminal.
    void buildParser(words, () => undefined).parse(words, (_error: Error | undefined, _given: unknown, text: string) =>
      resolve(helpText(text)),
    );
  });
}
