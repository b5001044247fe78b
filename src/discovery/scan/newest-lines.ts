/** The newest line of each key, put together from parts of a file in any order. */
import type { NewestLine } from "./finder.ts";

export class NewestLines {
  readonly #lines = new Map<string, NewestLine>();

  add(lines: readonly NewestLine[]): void {
    for (const line of lines)
      if (line.byteOffset >= (this.#lines.get(line.key)?.byteOffset ?? 0)) this.#lines.set(line.key, line);
  }

  /** None of them is told again. */
  take(): readonly NewestLine[] {
    const lines = [...this.#lines.values()];
    this.#lines.clear();
    return lines;
  }
}
