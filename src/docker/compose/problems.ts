/** The mistakes and gaps in a project's files, each with its place. */
import type { Diagnostic, Finding } from "../../kit/text/diagnostic.ts";
import type { Place } from "./node.ts";

export class Problems {
  readonly #found = new Map<string, Diagnostic>();

  /** The same mistake of the same place, met again through an alias or a second reading, counts once. */
  add(place: Place, finding: Finding): void {
    const key = `${place.file}:${place.line}:${place.column}:${finding.message}`;
    this.#found.set(key, { ...place, ...finding });
  }

  list(): readonly Diagnostic[] {
    return [...this.#found.values()];
  }
}
