/** A journal of open resources in memory, for tests of code that opens some. */
import type { JsonObject } from "../../src/action.ts";
import type { OpenResource, ResourceRecorder } from "../../src/ports/resources.ts";

export class ResourceLog implements ResourceRecorder {
  /** "opened ssh-user bosh_1", in order. */
  readonly log: string[] = [];
  readonly #open: OpenResource[];

  constructor(left: readonly OpenResource[] = []) {
    this.#open = [...left];
  }

  async opened(kind: string, data: JsonObject): Promise<void> {
    this.log.push(`opened ${kind} ${nameOf(data)}`);
    this.#open.push({ kind, data });
  }

  async closed(kind: string, data: JsonObject): Promise<void> {
    this.log.push(`closed ${kind} ${nameOf(data)}`);
    const text = JSON.stringify(data);
    const at = this.#open.findIndex((resource) => resource.kind === kind && JSON.stringify(resource.data) === text);
    if (at < 0) throw new Error(`closed what was never opened: ${kind} ${text}`);
    this.#open.splice(at, 1);
  }

  leftOpen(): readonly OpenResource[] {
    return [...this.#open];
  }
}

/** The user of an SSH user, or else the first value of the resource. */
function nameOf(data: JsonObject): string {
  const name = data.user ?? Object.values(data)[0];
  return typeof name === "string" ? name : JSON.stringify(name);
}
