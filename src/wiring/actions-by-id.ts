import type { AnyAction } from "../action.ts";

/** Actions by id. The lookup loads an action's module, so a run loads only the modules of its runbook. */
export class ActionsById implements ReadonlyMap<string, AnyAction> {
  readonly #found: ReadonlyMap<string, () => AnyAction>;

  constructor(found: ReadonlyMap<string, () => AnyAction>) {
    this.#found = found;
  }

  /** With these beside them. */
  with(actions: readonly AnyAction[]): ActionsById {
    return new ActionsById(new Map([...this.#found, ...actions.map((each) => [each.id, () => each] as const)]));
  }

  get size(): number {
    return this.#found.size;
  }

  has(id: string): boolean {
    return this.#found.has(id);
  }

  get(id: string): AnyAction | undefined {
    return this.#found.get(id)?.();
  }

  keys(): MapIterator<string> {
    return this.#found.keys();
  }

  *values(): MapIterator<AnyAction> {
    for (const action of this.#found.values()) yield action();
  }

  *entries(): MapIterator<[string, AnyAction]> {
    for (const [id, action] of this.#found) yield [id, action()];
  }

  [Symbol.iterator](): MapIterator<[string, AnyAction]> {
    return this.entries();
  }

  forEach(told: (action: AnyAction, id: string, all: ReadonlyMap<string, AnyAction>) => void): void {
    for (const [id, action] of this) told(action, id, this);
  }
}
