/** A report in Markdown. Every text in it is escaped: shown as it is, never obeyed. */
import { printable } from "../kit/text/printable.ts";
import type { Block, Line, Phrase, ReportDocument } from "./document.ts";
import { text } from "./escape.ts";

export function markdownOf({ title, warnings, sections }: ReportDocument): string {
  const parts = [
    `# ${text(title)}`,
    ...warnings.map((line) => `> ${phrases(line)}`),
    ...sections.flatMap(({ title, blocks }) => [`## ${text(title)}`, ...blocks.map(block)]),
  ];
  return `${parts.join("\n\n")}\n`;
}

function block(content: Block): string {
  switch (content.kind) {
    case "paragraph":
      return phrases(content.line);
    case "list":
      return content.items.map((item) => `- ${text(item)}`).join("\n");
    case "table":
      return table(content.head, content.rows);
    case "code":
      return fenced(content.content, content.language);
    case "picture":
      return `*${text(content.title)}* (the picture is in the report's HTML form)`;
  }
}

const phrases = (line: Line): string => line.map(phrase).join("");

/** `text` trims the blanks that part a phrase from its neighbour; `phrase` puts them back. */
function phrase({ kind, text: words }: Phrase): string {
  // A blank line in it would end the paragraph, and what follows would be obeyed.
  if (kind === "code") return `\`${printable(words).replaceAll("`", "").replace(/\s+/gu, " ")}\``;
  const [, before = "", inner = "", after = ""] = /^(\s*)([^]*?)(\s*)$/u.exec(words) ?? [];
  const safe = text(inner);
  return `${before === "" ? "" : " "}${kind === "strong" ? `**${safe}**` : safe}${after === "" ? "" : " "}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  // A cell has one line; what has more is broken where it was broken.
  const cell = (words: string): string => words.split("\n").map(text).join("<br>");
  return [line(head.map(text)), line(head.map(() => "---")), ...rows.map((row) => line(row.map(cell)))].join("\n");
}

/** The fence is longer than any in the content. */
function fenced(content: string, language: string): string {
  const longest = Math.max(2, ...[...content.matchAll(/`+/gu)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return [`${fence}${language}`, ...printable(content).split("\n"), fence].join("\n");
}
