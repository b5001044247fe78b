/**
 * Things outside the run's steps that must not outlive it (ephemeral SSH users). They are journaled before they are
 * made, so that the next process can remove those that a kill left behind.
 */
import type { JsonObject } from "../../action.ts";
import type { OpenResource, ResourceRecorder } from "../../ports/resources.ts";
import type { Entry } from "./entry.ts";
import type { Journal } from "./journal.ts";

export class JournaledResources implements ResourceRecorder {
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Before the resource is made, which is an effect like any other. Errors: those of the fence. */
  async opened(kind: string, data: JsonObject): Promise<void> {
    await this.#journal.append({ type: "resource-opened", kind, data });
    await this.#journal.checkFence();
  }

  /** After it is gone; `data` is what `opened` was given. */
  async closed(kind: string, data: JsonObject): Promise<void> {
    await this.#journal.append({ type: "resource-closed", kind, data });
  }

  /** Opened and not closed, by this process or an earlier one; oldest first. */
  leftOpen(): readonly OpenResource[] {
    return leftOpenIn(this.#journal.entries);
  }
}

/** Opened and not closed; oldest first. */
export function leftOpenIn(entries: readonly Entry[]): readonly OpenResource[] {
  const open: OpenResource[] = [];
  for (const entry of entries) {
    if (entry.type === "resource-opened") open.push({ kind: entry.kind, data: entry.data });
    if (entry.type !== "resource-closed") continue;
    const index = open.findIndex((one) => one.kind === entry.kind && sameData(one.data, entry.data));
    if (index >= 0) open.splice(index, 1);
  }
  return open;
}

function sameData(one: JsonObject, other: JsonObject): boolean {
  return sorted(one) === sorted(other);
}

function sorted(data: JsonObject): string {
  return JSON.stringify(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)));
}
