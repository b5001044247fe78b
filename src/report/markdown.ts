/** A report in Markdown. Every text in it is escaped: shown as it is, never obeyed. */
import { printable } from "../kit/text/printable.ts";
import type { Block, Line, Phrase, ReportDocument } from "./document.ts";

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
  const inner = words.trim();
  const safe = text(inner);
  const before = words.trimStart() === words ? "" : " ";
  const after = inner === "" || words.trimEnd() === words ? "" : " ";
  return `${before}${kind === "strong" ? `**${safe}**` : safe}${after}`;
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

/**
 * Foreign text on one line, shown as it is and never obeyed, by a renderer or by a terminal: control characters become visible, and characters that Markdown (CommonMark, GFM) or HTML would
 * obey are escaped. A character without a meaning in its place stays, so that the source can be read too.
 */
export function text(foreign: string): string {
  return OBEYED.reduce((safe, [pattern, by]) => safe.replace(pattern, by), oneLine(foreign));
}

function oneLine(foreign: string): string {
  return printable(foreign).replace(/\s+/gu, " ").trim();
}

/** In this order; a backslash that is put before a character is not looked at again. */
const OBEYED: readonly (readonly [RegExp, string])[] = [
  // A backslash means something before punctuation only, and at the end, where it would take our own next character.
  [/\\(?=[!-/:-@[-`{-~]|$)/gu, "\\\\"],
  [/&(?=#?[a-z0-9]+;)/giu, "&amp;"],
  [/</gu, "&lt;"],
  [/[`*[|~]/gu, "\\$&"],
  // Within a word an underscore is a letter.
  [/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_"],
  // GFM makes links of bare addresses, which somebody clicks.
  [/\b(https?|ftp|mailto|xmpp):/giu, "$1\\:"],
  [/\bwww\./giu, "www\\."],
  // At the beginning of a line: a heading, a quotation, a list, a rule.
  [/^(?:#{1,6}(?= |$)|>|[-+](?=[ -]|$))/u, "\\$&"],
  [/^(\d{1,9})([.)])(?= |$)/u, "$1\\$2"],
];
