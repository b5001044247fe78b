/** Puts the jobs of one file together: lines in their order and numbered through, and one answer. */
import type { FoundLine, SearchTotals } from "../../ports/log-files.ts";
import { NewestLines } from "./newest-lines.ts";
import type { NewestLine } from "./finder.ts";
import type { JobResult } from "./job.ts";
import { type LineBatch, linesOf } from "./line-batch.ts";
import { EDGE } from "./line-scanner.ts";

interface Part {
  readonly batches: { readonly batch: LineBatch; readonly taken: () => void }[];
  result?: JobResult;
}

export class FileResults {
  readonly #parts: Part[];
  readonly #found: (line: FoundLine) => void;
  readonly #newest = new NewestLines();
  readonly #cutLines: { line?: number; byteOffset: number }[] = [];
  /** Parts before this one are told. */
  #turn = 0;
  #lines = 0;
  #head: Uint8Array = new Uint8Array(0);
  #tail: Uint8Array = new Uint8Array(0);
  #failure: string | undefined;

  /** Lines have numbers when everything before them is read. */
  readonly #numbered: boolean;

  constructor(parts: number, numbered: boolean, found: (line: FoundLine) => void) {
    this.#numbered = numbered;
    this.#parts = Array.from({ length: parts }, () => ({ batches: [] }));
    this.#found = found;
  }

  /** `taken` is called when the lines were told. */
  lines(part: number, batch: LineBatch, taken: () => void): void {
    this.#parts[part]?.batches.push({ batch, taken });
    this.#tell();
  }

  newest(lines: readonly NewestLine[]): void {
    this.#newest.add(lines);
  }

  done(part: number, result: JobResult): void {
    const known = this.#parts[part];
    if (known === undefined) return;
    known.result = result;
    this.#tell();
  }

  /** When all parts are done. */
  totals(): SearchTotals {
    return {
      ...(this.#numbered ? { lines: this.#lines } : {}),
      head: this.#head,
      tail: this.#tail,
      cutLines: this.#cutLines,
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
    };
  }

  #tell(): void {
    for (let part = this.#parts[this.#turn]; part !== undefined; part = this.#parts[this.#turn]) {
      for (const { batch, taken } of part.batches.splice(0)) {
        for (const { line, ...found } of linesOf(batch)) this.#found({ ...found, ...this.#number(line) });
        taken();
      }
      if (part.result === undefined) return;
      this.#add(part.result);
      this.#turn += 1;
    }
    for (const line of this.#newest.take()) this.#found(line);
  }

  #number(line: number): { readonly line?: number } {
    return this.#numbered ? { line: line + this.#lines } : {};
  }

  #add({ totals, failure }: JobResult): void {
    for (const { line, byteOffset } of totals.cutLines) this.#cutLines.push({ ...this.#number(line), byteOffset });
    this.#lines += totals.lines;
    if (this.#head.length < EDGE) this.#head = Buffer.concat([this.#head, totals.head]).subarray(0, EDGE);
    this.#tail = Buffer.concat([this.#tail, totals.tail]).subarray(-EDGE);
    this.#failure ??= failure;
  }
}
