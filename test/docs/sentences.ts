/** The sentences of a page in Markdown, as a person reads them: no blocks of code, no link targets, code as one word. */

/** One sentence with its number of words. */
export interface Sentence {
  readonly text: string;
  readonly words: number;
}

const CELL_BORDER = /(?<!\\)\|/u;

/** Paragraphs, items of lists and cells of tables, each as one text. */
function textsOf(page: string): readonly string[] {
  const prose = page.replaceAll(/^```[^]*?^```$/gmu, "").replaceAll(/^ +```[^]*?^ +```$/gmu, "");
  return prose.split(/\n(?=\s*\n|\s*[-*] |\s*\d+\. |\||#)/u).flatMap((block) => {
    const text = block.trim();
    if (text === "" || text.startsWith("#") || /^\|[\s|:-]+$/u.test(text)) return [];
    return text.startsWith("|") ? text.split(CELL_BORDER).flatMap((cell) => cell.split("; ")) : [text];
  });
}

const shown = (text: string): string =>
  text
    .replaceAll(/``?[^`]+``?/gu, "X")
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/gu, "$1")
    .replaceAll("**", "")
    .replaceAll(/\s+/gu, " ")
    .replace(/^(?:[-*]|\d+\.) /u, "")
    .trim();

export function sentencesOf(page: string): readonly Sentence[] {
  return textsOf(page)
    .map(shown)
    .flatMap((text) => text.split(/(?<=[.!?][")*]*) (?=["(*“]*[A-Z0-9])/u))
    .map((text) => ({ text, words: text.split(" ").filter((word) => /[\p{L}\p{N}]/u.test(word)).length }))
    .filter(({ words }) => words > 0);
}
