/** Searches bytes that can be read once only, such as standard input. */
import type { FoundLine, SearchTotals, Wanted } from "../../ports/log-files.ts";
import type { Finder } from "./finder.ts";
import { NewestLines } from "./newest-lines.ts";
import { LineScanner } from "./line-scanner.ts";
import { selectFinder } from "./select-finder.ts";

export class StreamSearch {
  readonly #finder: Finder;
  readonly #scanner: LineScanner;
  readonly #found: (line: FoundLine) => void;
  readonly #newest = new NewestLines();

  constructor(wanted: Wanted, found: (line: FoundLine) => void) {
    this.#found = found;
    this.#finder = selectFinder(wanted);
    this.#scanner = new LineScanner(this.#finder, { found, kept: (lines) => this.#newest.add(lines) });
  }

  push(chunk: Uint8Array): void {
    this.#scanner.push(chunk);
  }

  end(): SearchTotals {
    const { lines, head, tail, cutLines } = this.#scanner.end();
    this.#newest.add(this.#finder.takeNewest());
    for (const newest of this.#newest.take()) this.#found(newest);
    return { lines, head, tail, cutLines };
  }
}
