/**
 * A report before it has a form: sections of blocks of plain text. Each renderer (Markdown, HTML, JSON) makes every
 * text safe: all of it may come from outside.
 */
export interface ReportDocument {
  readonly title: string;
  /** Facts that a reader must know before all others. */
  readonly warnings: readonly Line[];
  readonly sections: readonly Section[];
}

export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly kind: "paragraph"; readonly line: Line }
  | { readonly kind: "list"; readonly items: readonly string[] }
  /** A cell's own line ends are kept. The first column names the row if the head of it is empty. */
  | { readonly kind: "table"; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: "code"; readonly language: "json" | "text"; readonly content: string }
  /** `svg`: a whole document, shown as an image, so that nothing in it is run or fetched. */
  | { readonly kind: "picture"; readonly title: string; readonly svg: string };

export type Line = readonly Phrase[];

export interface Phrase {
  readonly kind: "plain" | "strong" | "code";
  readonly text: string;
}

export const plain = (text: string): Phrase => ({ kind: "plain", text });
export const strong = (text: string): Phrase => ({ kind: "strong", text });
export const code = (text: string): Phrase => ({ kind: "code", text });

export const paragraph = (...line: Line): Block => ({ kind: "paragraph", line });

/** Nothing if there is no row. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly Block[] {
  return rows.length === 0 ? [] : [{ kind: "table", head, rows }];
}

/** A table with a row of each item; nothing if there is none. */
export type TableOf = <Item>(
  head: readonly string[],
  items: readonly Item[],
  row: (item: Item) => readonly string[],
) => readonly Block[];

export const tableOf: TableOf = (head, items, row) =>
  table(
    head,
    items.map((item) => row(item)),
  );

/** Nothing if there is no item. */
export function list(items: readonly string[]): readonly Block[] {
  return items.length === 0 ? [] : [{ kind: "list", items }];
}

/** A section; nothing if it has no content. */
export function section(title: string, blocks: readonly Block[]): readonly Section[] {
  return blocks.length === 0 ? [] : [{ title, blocks }];
}
