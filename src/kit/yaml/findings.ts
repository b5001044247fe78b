/** Collects what is wrong with one document, by offset, and turns it into diagnostics with line and column. */
import type { Diagnostic, Finding } from "../text/diagnostic.ts";
import { Lines } from "./lines.ts";

/** More than anybody reads; a broken document must not fill a screen for minutes. */
const MOST = 100;

export class Findings {
  readonly file: string;
  readonly text: string;
  readonly #lines: Lines;
  readonly #found: Diagnostic[] = [];
  /** Lines whose YAML was misread: what follows from that on the same line would only hide the cause. */
  readonly #misread = new Set<number>();

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    this.#lines = new Lines(text);
  }

  /** A mistake in the form (YAML). Only the first one of a line is kept. */
  misread(offset: number, finding: Finding): void {
    const { line } = this.#place(offset);
    if (this.#misread.has(line)) return;
    this.#add(offset, finding);
    this.#misread.add(line);
  }

  /** A mistake in the meaning; dropped if the line was misread already. */
  add(offset: number, finding: Finding): void {
    if (!this.#misread.has(this.#place(offset).line)) this.#add(offset, finding);
  }

  /** Something that is not there; dropped if a part of the map was misread, for it may have been swallowed there. */
  missing(map: { readonly at: number; readonly end: number }, finding: Finding): void {
    const [first, last] = [this.#place(map.at).line, this.#place(map.end).line];
    if (![...this.#misread].some((line) => line >= first && line <= last)) this.#add(map.at, finding);
  }

  get any(): boolean {
    return this.#found.length > 0;
  }

  /** In the order of the document; at most 100, then one that says how many more there are. */
  list(): readonly Diagnostic[] {
    const sorted = [...this.#found].sort((a, b) => a.line - b.line || a.column - b.column);
    const last = sorted[MOST - 1];
    if (sorted.length <= MOST || last === undefined) return sorted;
    const more = `${sorted.length - MOST + 1} more mistakes follow`;
    const remedy = "Correct the ones above first; many of these may come from them.";
    return [...sorted.slice(0, MOST - 1), { ...last, message: more, remedy }];
  }

  #add(offset: number, finding: Finding): void {
    this.#found.push({ file: this.file, ...this.#place(offset), ...finding });
  }

  #place(offset: number): { line: number; column: number } {
    return this.#lines.placeOf(offset);
  }
}
