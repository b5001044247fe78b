/** Searches bytes that can be read once only, such as standard input. */
import type { FoundLine, SearchTotals, Wanted } from "../ports/log-files.js";
import { LineScanner } from "./line-scanner.js";
import { NewestLines } from "./newest-lines.js";
import { needlesOf, selectFinder } from "./select-finder.js";

export class StreamSearch {
  readonly #scanner: LineScanner;
  readonly #newest: NewestLines | undefined;
  readonly #found: (line: FoundLine) => void;

  constructor(wanted: Wanted, found: (line: FoundLine) => void) {
    const { newest, needles } = wanted;
    this.#found = found;
    this.#newest = newest === undefined ? undefined : new NewestLines(newest, needles.length);
    const sink = { found, ...(this.#newest === undefined ? {} : { newest: this.#newest }) };
    this.#scanner = new LineScanner(selectFinder(needlesOf(wanted)), sink);
  }

  push(chunk: Uint8Array): void {
    this.#scanner.push(chunk);
  }

  end(): SearchTotals {
    const { lines, head, tail, cutLines } = this.#scanner.end();
    for (const newest of this.#newest?.entries() ?? []) this.#found({ ...newest, cut: false });
    return { lines, head, tail, cutLines };
  }
}
