/** A report that a person can scroll through: of very long parts the beginning and the end. JSON has all of it. */
import { type Block, paragraph, plain, type ReportDocument, tableOf, type TableOf } from "./document.ts";

const MOST_ROWS = 1_500;
const MOST_BLOCKS = 500;
/** The end says how it came out, the beginning what led to it. */
const FIRST = 1 / 3;

export function abridged(document: ReportDocument): ReportDocument {
  return {
    ...document,
    sections: document.sections.map(({ title, blocks }) => ({
      title,
      blocks: ends(blocks, MOST_BLOCKS, (count) => leftOut(count, "pieces")).flatMap(shortTable),
    })),
  };
}

/** Of the longest tables, what is left out is never made. */
export const shortTableOf: TableOf = (head, items, row) => {
  if (items.length <= MOST_ROWS) return tableOf(head, items, row);
  const before = Math.floor(MOST_ROWS * FIRST);
  const behind = items.length - (MOST_ROWS - before);
  return [
    ...tableOf(head, items.slice(0, before), row),
    leftOut(behind - before, "rows"),
    ...tableOf(head, items.slice(behind), row),
  ];
};

const shortTable = (block: Block): readonly Block[] =>
  block.kind === "table" ? shortTableOf(block.head, block.rows, (row) => row) : [block];

function ends<Item>(items: readonly Item[], most: number, between: (count: number) => Item): readonly Item[] {
  if (items.length <= most) return items;
  const before = Math.floor(most * FIRST);
  const behind = items.length - (most - before);
  return [...items.slice(0, before), between(behind - before), ...items.slice(behind)];
}

const leftOut = (count: number, what: string): Block =>
  paragraph(plain(`${count} ${what} between these are left out here; the report's JSON form has all of them.`));
