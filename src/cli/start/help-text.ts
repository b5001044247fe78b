/** Help as people read it: yargs says the types and defaults of everything, and breaks lines for a wide screen. */
import { wrapWords } from "../../kit/text/wrap-words.ts";

interface CommandGroup {
  readonly title: string;
  readonly commands: readonly (readonly [words: string, what: string])[];
}

const WIDTH = 80;
/** Marks that yargs puts behind a description. Defaults that matter are told in the descriptions. */
const MARKS =
  /\s*\[(?:boolean|string|number|array|required|default: (?:\[\]|"[^"]*"|[^\]]*)|choices: [^\]]*)\](?=\s*(?:\[|$))/gu;

/** `raw` as yargs renders it without wrapping; `words` stand for the values of options, by the option's name. */
export function helpText(raw: string, words: ReadonlyMap<string, string> = new Map()): string {
  const blocks = raw
    .replace(/^(?=dingo-recover )/u, "Usage: ")
    .split("\n\n")
    .map((block) => withWords(withoutMarks(block), words));
  const everywhere = blocks.filter((block) => block.startsWith("Everywhere:"));
  const own = blocks.filter((block) => !block.startsWith("Everywhere:"));
  // Options that all commands share come after the command's own.
  const examples = own.findIndex((block) => block.startsWith("Examples:"));
  const at = examples < 0 ? own.length : examples;
  return [...own.slice(0, at), ...everywhere, ...own.slice(at)].map(laidOut).join("\n\n").trimEnd();
}

function withoutMarks(block: string): string {
  return block
    .split("\n")
    .map((line) => line.replace(MARKS, "").trimEnd())
    .join("\n");
}

const withWords = (block: string, words: ReadonlyMap<string, string>): string =>
  block.replace(/^ +(?:-\w, )?--([a-z-]+)(?= {2}|$)/gmu, (option, name: string) => {
    const word = words.get(name);
    return word === undefined ? option : `${option} ${word}`;
  });

/** The two columns of a list anew; other paragraphs are wrapped. */
function laidOut(block: string): string {
  const [title = "", ...lines] = block.split("\n");
  if (!/^[A-Z][a-z]+:$/u.test(title)) return block.split("\n").flatMap(hanging).join("\n");
  const rows = lines.map((line) => /^\s*(.*?)(?:\s{2,}(.*))?$/u.exec(line.trimEnd()) ?? ["", line.trim()]);
  return [title, ...(title === "Examples:" ? rows.flatMap(exampleLines) : optionLines(rows))].join("\n");
}

/** The commands of the program's own help under what they are for. */
export function grouped(text: string, groups: readonly CommandGroup[]): string {
  const width = Math.max(...groups.flatMap(({ commands }) => commands.map(([words]) => words.length)));
  const made = groups.map(({ title, commands }) =>
    [
      `${title}:`,
      ...optionLines(
        commands.map((row) => ["", ...row]),
        width,
      ),
    ].join("\n"),
  );
  const blocks = text.split("\n\n");
  return blocks.flatMap((block) => (block.startsWith("Commands:\n") ? made : [block])).join("\n\n");
}

/** With examples behind all else. */
export function withExamples(text: string, examples: readonly (readonly [command: string, what: string])[]): string {
  const lines = examples.flatMap(([command, what]) => exampleLines(["", command, what]));
  return [text, "", "Examples:", ...lines].join("\n");
}

/** A command to be copied has one line for itself. */
function exampleLines([, command = "", what = ""]: readonly string[]): readonly string[] {
  return [`  ${command}`, ...(what === "" ? [] : wrapWords(what, WIDTH, "      "))];
}

function optionLines(
  rows: readonly (readonly string[])[],
  width = Math.max(...rows.map(([, name = ""]) => name.length)),
): readonly string[] {
  return rows.flatMap(([, name = "", what = ""]) => {
    const [first = "", ...rest] = wrapWords(what, WIDTH, " ".repeat(width + 4));
    return [`  ${name.padEnd(width)}  ${first.trimStart()}`.trimEnd(), ...rest];
  });
}

/** A line that was laid out: what follows of it stands under its last column, or else under its beginning. */
function hanging(line: string): string[] {
  const [, indent = "", name = "", rest = ""] = /^(\s*)(\S+\s{2,})?(.*)$/u.exec(line) ?? [];
  const [first = "", ...more] = wrapWords(rest, WIDTH, " ".repeat(indent.length + name.length));
  return [`${indent}${name}${first.trimStart()}`, ...more];
}
