/** Help as people read it: yargs says the types and defaults of everything, and breaks lines for a wide screen. */

interface CommandGroup {
  readonly title: string;
  /** First words. */
  readonly commands: readonly string[];
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

/** The commands of the program's own help under what they are for; one that no group names stands under the last. */
export function grouped(text: string, groups: readonly CommandGroup[]): string {
  const blocks = text.split("\n\n");
  const rows = blocks.flatMap((block) => (block.startsWith("Commands:\n") ? commandRows(block) : []));
  const width = Math.max(...rows.map(([, name = ""]) => name.length));
  const nameOf = ([, name = ""]: readonly string[]): string => name.split(" ")[0] ?? "";
  const named = groups.flatMap(({ commands }) => commands);
  const made = groups.map(({ title, commands }) => {
    const own = commands.flatMap((command) => rows.filter((row) => nameOf(row) === command));
    const others = title === groups.at(-1)?.title ? rows.filter((row) => !named.includes(nameOf(row))) : [];
    return [`${title}:`, ...optionLines([...own, ...others], width)].join("\n");
  });
  return blocks.flatMap((block) => (block.startsWith("Commands:\n") ? made : [block])).join("\n\n");
}

/** As `optionLines` takes them. The continuation of a row is indented further than any command. */
function commandRows(block: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  for (const line of block.split("\n").slice(1)) {
    const [, name, what = ""] = /^ {2}dingo-recover (\S+(?: [[<]\S+)?)\s{2,}(.*)$/u.exec(line) ?? [];
    const last = rows.at(-1);
    if (name !== undefined) rows.push(["", name, what]);
    else if (last !== undefined) last[2] = `${last[2] ?? ""} ${line.trim()}`;
  }
  return rows;
}

/** With examples behind all else. */
export function withExamples(text: string, examples: readonly (readonly [command: string, what: string])[]): string {
  const lines = examples.flatMap(([command, what]) => exampleLines(["", command, what]));
  return [text, "", "Examples:", ...lines].join("\n");
}

/** The examples of a rendered help. */
export function examplesOf(text: string): readonly (readonly [command: string, what: string])[] {
  const block = text.split("\n\n").find((each) => each.startsWith("Examples:\n")) ?? "";
  const examples: [string, string][] = [];
  for (const line of block.trimEnd().split("\n").slice(1)) {
    const last = examples.at(-1);
    if (!line.startsWith("      ")) examples.push([line.trim(), ""]);
    else if (last !== undefined) last[1] = `${last[1]} ${line.trim()}`.trim();
  }
  return examples;
}

/** A command to be copied has one line for itself. */
function exampleLines([, command = "", what = ""]: readonly string[]): readonly string[] {
  return [`  ${command}`, ...(what === "" ? [] : wrapped(what, "      "))];
}

function optionLines(
  rows: readonly (readonly string[])[],
  width = Math.max(...rows.map(([, name = ""]) => name.length)),
): readonly string[] {
  return rows.flatMap(([, name = "", what = ""]) => {
    const [first = "", ...rest] = wrapped(what, " ".repeat(width + 4));
    return [`  ${name.padEnd(width)}  ${first.trimStart()}`.trimEnd(), ...rest];
  });
}

/** A line that was laid out: what follows of it stands under its last column, or else under its beginning. */
function hanging(line: string): string[] {
  const [, indent = "", name = "", rest = ""] = /^(\s*)(\S+\s{2,})?(.*)$/u.exec(line) ?? [];
  const [first = "", ...more] = wrapped(rest, " ".repeat(indent.length + name.length));
  return [`${indent}${name}${first.trimStart()}`, ...more];
}

function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent.length + line.length + 1 + word.length > WIDTH) {
      lines.push(indent + line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, indent + line];
}

/** Every option that a rendered help names, in its long form, with its description. */
export function optionRows(help: string): readonly { readonly name: string; readonly what: string }[] {
  const rows: { name: string; what: string }[] = [];
  for (const line of help.split("\n")) {
    const [, name, what = ""] = /^ {2}(?:-\w, )?(--[a-z-]+)(?: \S+)?\s{2,}(.*)$/u.exec(line) ?? [];
    const last = rows.at(-1);
    if (name !== undefined) rows.push({ name, what });
    else if (last !== undefined && /^ {10}/u.test(line)) last.what += ` ${line.trim()}`;
    // An example is no option.
    else if (line === "Examples:") break;
  }
  return rows;
}
