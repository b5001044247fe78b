/** A text that is about to be changed at few places: its lines, its comments and its line ends. */
import { type Document, isMap, isScalar, isSeq, Scalar, visit } from "yaml";

/** `insert` takes the place of the text between the offsets. */
export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** Splices must not overlap. */
export function spliced(text: string, splices: readonly Splice[]): string {
  let result = "";
  let at = 0;
  for (const { from, to, insert } of [...splices].sort((a, b) => a.from - b.from)) {
    result += text.slice(at, from) + insert;
    at = to;
  }
  return result + text.slice(at);
}

export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/** Offset behind the line's end; the text's end on a last line without one. */
export function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf("\n", offset);
  return newline < 0 ? text.length : newline + 1;
}

export function eolOf(text: string): string {
  return /\r\n/u.test(text) && !/[^\r]\n/u.test(text) ? "\r\n" : "\n";
}

/** Lines as a splice behind the line of that offset, whose line end is made when the text lacks it. */
export function linesAfter(text: string, offset: number, lines: readonly string[]): Splice {
  const at = lineEnd(text, offset);
  const eol = eolOf(text);
  const open = at === text.length && !text.endsWith("\n");
  const insert = open ? lines.map((line) => eol + line).join("") : lines.map((line) => line + eol).join("");
  return { from: at, to: at, insert };
}

/** The white space before the offset on its line; undefined if something else stands there. */
export function indentBefore(text: string, offset: number): string | undefined {
  const before = text.slice(lineStart(text, offset), offset);
  return /^ *$/u.test(before) ? before : undefined;
}

/** Offset behind the last character that a node says something with: no comment and no blank line after it. */
export function endOfContent(node: unknown): number {
  if (isScalar(node)) return (node.range?.[1] ?? 0) - trailing(node);
  if (isMap(node) && node.flow !== true) {
    const last = node.items.at(-1);
    return last === undefined ? (node.range?.[1] ?? 0) : Math.max(endOfContent(last.key), endOfContent(last.value));
  }
  if (isSeq(node) && node.flow !== true && node.items.length > 0) return endOfContent(node.items.at(-1));
  return (node as { range?: [number, number, number] | null } | null)?.range?.[1] ?? 0;
}

/** A block scalar ends with its last line end; the next text begins behind that. */
function trailing(node: Scalar): number {
  const block = node.type === Scalar.BLOCK_FOLDED || node.type === Scalar.BLOCK_LITERAL;
  return block ? 1 : 0;
}

export interface CommentLine {
  readonly start: number;
  /** Behind the line end. */
  readonly end: number;
  /** White space before the "#" signs. */
  readonly before: string;
  /** The text behind the "#" signs. */
  readonly content: string;
  readonly eol: string;
}

/** The lines between two offsets that hold a comment and nothing else; one that is part of a text is none. */
export function commentLines(
  text: string,
  document: Document,
  span: { readonly from: number; readonly to: number },
): readonly CommentLine[] {
  const texts = textSpans(document);
  const found: CommentLine[] = [];
  for (let start = lineStart(text, span.from); start < span.to; start = lineEnd(text, start)) {
    const end = lineEnd(text, start);
    const parts = /^([ \t]*)#+(.*?)(\r?\n?)$/u.exec(text.slice(start, end));
    if (parts === null || texts.some(([from, to]) => start >= from && start < to)) continue;
    found.push({ start, end, before: parts[1] ?? "", content: parts[2] ?? "", eol: parts[3] ?? "" });
  }
  return found;
}

function textSpans(document: Document): readonly (readonly [number, number])[] {
  const spans: (readonly [number, number])[] = [];
  visit(document, {
    Scalar: (_key, { type, range }) => {
      if (type !== Scalar.PLAIN && range !== null && range !== undefined) spans.push([range[0], range[1]]);
    },
  });
  return spans;
}
