/** Help as people read it: yargs says the types and defaults of everything, and breaks lines for a wide screen. */

const WIDTH = 80;
/** What yargs puts behind a description. Defaults that matter are told in the descriptions. */
const MARKS =
  /\s*\[(?:boolean|string|number|array|required|default: (?:\[\]|"[^"]*"|[^\]]*)|choices: [^\]]*)\](?=\s*(?:\[|$))/gu;

/** `raw` as yargs renders it without wrapping. */
export function helpText(raw: string): string {
  const blocks = raw
    .replace(/^(?=dingo-recover )/u, "Usage: ")
    .split("\n\n")
    .map(withoutMarks);
  const everywhere = blocks.filter((block) => block.startsWith("Everywhere:"));
  const own = blocks.filter((block) => !block.startsWith("Everywhere:"));
  // What is the same for every command comes after what is the command's own.
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

/** The two columns of a list anew; other paragraphs are wrapped. */
function laidOut(block: string): string {
  const [title = "", ...lines] = block.split("\n");
  if (!/^[A-Z][a-z]+:$/u.test(title)) return block.split("\n").flatMap(hanging).join("\n");
  const rows = lines.map((line) => /^\s*(.*?)(?:\s{2,}(.*))?$/u.exec(line.trimEnd()) ?? ["", line.trim()]);
  return [title, ...(title === "Examples:" ? rows.flatMap(exampleLines) : optionLines(rows))].join("\n");
}

/** A command to be copied has a line of its own. */
function exampleLines([, command = "", what = ""]: readonly string[]): readonly string[] {
  return [`  ${command}`, ...(what === "" ? [] : wrapped(what, "      "))];
}

function optionLines(rows: readonly (readonly string[])[]): readonly string[] {
  const width = Math.max(...rows.map(([, name = ""]) => name.length));
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
