import { describe, expect, it } from "vitest";
import { abridged, shortTableOf } from "../../src/report/abridged.ts";
import { type Block, paragraph, plain, table } from "../../src/report/document.ts";

const document = (blocks: readonly Block[]) => ({ title: "x", warnings: [], sections: [{ title: "y", blocks }] });
const rows = (count: number) => Array.from({ length: count }, (_each, row) => [String(row)]);

describe("a report that is abridged", () => {
  it("is what it was if nothing in it is long", () => {
    const short = document([...table(["a"], rows(1500)), paragraph(plain("b"))]);
    expect(abridged(short)).toEqual(short);
  });

  it("keeps beginning and end of a long table, in their order, and says how many rows it leaves out", () => {
    const { blocks = [] } = abridged(document(table(["a"], rows(9000)))).sections[0] ?? {};
    const [first, between, last] = blocks;
    expect(blocks).toHaveLength(3);
    expect(first).toEqual({ kind: "table", head: ["a"], rows: rows(500) });
    expect(last).toEqual({ kind: "table", head: ["a"], rows: rows(9000).slice(8000) });
    expect(between).toEqual(paragraph(plain(expect.stringContaining("7500 rows") as string)));
  });

  it("has of such a table no row made that it leaves out", () => {
    const made: number[] = [];
    const blocks = shortTableOf(["a"], [...rows(9000).keys()], (row) => [String(made.push(row))]);
    expect(made).toEqual([...rows(500).keys(), ...[...rows(9000).keys()].slice(8000)]);
    expect(blocks.map(({ kind }) => kind)).toEqual(["table", "paragraph", "table"]);
  });

  it("keeps beginning and end of a part of many pieces", () => {
    const pieces = rows(1000).map(([text = ""]) => paragraph(plain(text)));
    const { blocks = [] } = abridged(document(pieces)).sections[0] ?? {};
    expect(blocks).toHaveLength(501);
    expect([blocks[0], blocks.at(-1)]).toEqual([pieces[0], pieces.at(-1)]);
    expect(blocks[166]).toEqual(paragraph(plain(expect.stringContaining("500 pieces") as string)));
  });
});
