/** Searches bytes that can be read once only, such as standard input. */
import type { FoundLine, SearchTotals, Wanted } from "../../ports/log-files.ts";
import type { Finder } from "./finder.ts";
import { LineScanner } from "./line-scanner.ts";
import { selectFinder } from "./select-finder.ts";

export class StreamSearch {
  readonly #finder: Finder;
  readonly #scanner: LineScanner;
  readonly #found: (line: FoundLine) => void;

  constructor(wanted: Wanted, found: (line: FoundLine) => void) {
    this.#found = found;
    this.#finder = selectFinder(wanted);
    this.#scanner = new LineScanner(this.#finder, { found });
  }

  push(chunk: Uint8Array): void {
    this.#scanner.push(chunk);
  }

  end(): SearchTotals {
    const { lines, head, tail, cutLines } = this.#scanner.end();
    for (const newest of this.#finder.takeNewest()) this.#found(newest);
    return { lines, head, tail, cutLines };
  }
}
