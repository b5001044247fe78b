/** Foreign text in Markdown: shown as it is, never obeyed, by a renderer or by a terminal. */
import { printable } from "../printable.js";

/** One line of text: control characters become visible, Markdown and HTML lose their meaning. */
export function text(foreign: string): string {
  return (
    printable(foreign)
      .replace(/\s+/gu, " ")
      .replace(/&/gu, "&amp;")
      .replace(/</gu, "&lt;")
      .replace(/>/gu, "&gt;")
      .replace(/[\\`*_{}[\]()#|~!]/gu, "\\$&")
      // A bare address would become a link that somebody clicks.
      .replace(/:\/\//gu, ":&#47;&#47;")
      .trim()
  );
}

/** A fenced block; the fence is longer than any in the content. */
export function block(content: string, language = ""): string[] {
  const longest = Math.max(2, ...[...content.matchAll(/`+/gu)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return [`${fence}${language}`, ...printable(content).split("\n"), fence];
}

/** A table; cells are Markdown already. Nothing where there is no row. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

/** A section with its heading; nothing where it has no content. */
export function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`## ${title}`, "", ...lines, ""];
}
