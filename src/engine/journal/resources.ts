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

/** Opened and not closed; oldest first. A stranger's journal may have many of them. */
export function leftOpenIn(entries: readonly Entry[]): readonly OpenResource[] {
  const open = new Set<OpenResource>();
  const alike = new Map<string, OpenResource[]>();
  for (const entry of entries) {
    if (entry.type !== "resource-opened" && entry.type !== "resource-closed") continue;
    const { kind, data } = entry;
    const key = JSON.stringify([kind, sorted(data)]);
    if (entry.type === "resource-opened") {
      const one = { kind, data };
      open.add(one);
      alike
        .set(key, alike.get(key) ?? [])
        .get(key)
        ?.push(one);
    } else {
      const oldest = alike.get(key)?.shift();
      if (oldest !== undefined) open.delete(oldest);
    }
  }
  return [...open];
}

function sorted(data: JsonObject): string {
  return JSON.stringify(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)));
}
