/**
 * Facts by instance, as many as an answer can use. Beyond that, the instances farthest from the question go: those that were
 * not asked for by name, and whose last line is the oldest, or the farthest from the asked time.
 */
import type { Fact, FactBody } from "../lines/fact.ts";

/** More facts than this come from no real broker, and would fill the memory. */
export const MOST_FACTS = 200_000;
/** Of instances that go, about a thousand deletions with all their lines; of those that live, as many lines. */
const MOST_KEPT = 5_000;
/** So many more are kept until the next sorting out, which looks at all of them. */
const ROOM = 5_000;
/** Signs that an instance may be gone. One that has none may go later: its name stands in its oldest lines. */
const GOING: ReadonlySet<FactBody["kind"]> = new Set([
  "deletion-began",
  "deletion-planned",
  "deletion-error",
  "deletion-done",
  "node-removed",
  "assignment-removed",
  "container-destroyed",
  "refused",
] satisfies FactBody["kind"][]);

export interface Question {
  /** Name or GUID. */
  readonly name?: string | undefined;
  readonly around?: Date | undefined;
}

/** Lines that were let go: how many of how many. */
export interface LetGo {
  readonly lines: number;
  readonly of: number;
}

interface Instance {
  readonly facts: Fact[];
  last: number;
  isNamed: boolean;
  isGoing: boolean;
}

export class KeptFacts {
  readonly #name: string;
  readonly #around: number;
  readonly #instances = new Map<string, Instance>();
  #count = 0;
  #sortedAt = 2 * MOST_KEPT + ROOM;
  #letGo = 0;

  constructor({ name = "", around }: Question = {}) {
    this.#name = name;
    this.#around = around?.getTime() ?? Number.POSITIVE_INFINITY;
  }

  /** False if it is too much even of what was asked for. */
  add(fact: Fact): boolean {
    if (this.#count >= MOST_FACTS) return false;
    const key = keyOf(fact);
    const known = this.#instances.get(key) ?? newInstance();
    known.facts.push(fact);
    known.last = Math.max(known.last, fact.at.ms);
    known.isGoing ||= GOING.has(fact.body.kind);
    known.isNamed ||= fact.guid === this.#name.toLowerCase() || ("name" in fact.body && fact.body.name === this.#name);
    this.#instances.set(key, known);
    this.#count += 1;
    if (this.#count >= this.#sortedAt) this.#sortOut();
    return true;
  }

  /** Keeps the later of two facts of one instance. */
  replace(earlier: Fact, later: Fact): boolean {
    const facts = this.#instances.get(keyOf(earlier))?.facts ?? [];
    const at = facts.lastIndexOf(earlier);
    if (at >= 0) {
      facts.splice(at, 1);
      this.#count -= 1;
    }
    return this.add(later);
  }

  byFile(): ReadonlyMap<string, readonly Fact[]> {
    const files = new Map<string, Fact[]>();
    for (const { facts } of this.#instances.values())
      for (const fact of facts) {
        const file = "file" in fact.place ? fact.place.file : "";
        const known = files.get(file);
        if (known === undefined) files.set(file, [fact]);
        else known.push(fact);
      }
    return files;
  }

  /** Undefined if all were kept. */
  get letGo(): LetGo | undefined {
    return this.#letGo === 0 ? undefined : { lines: this.#letGo, of: this.#letGo + this.#count };
  }

  #sortOut(): void {
    const sorted = [...this.#instances].sort(([, a], [, b]) => this.#distanceOf(a) - this.#distanceOf(b));
    this.#instances.clear();
    const kept = { going: 0, living: 0 };
    for (const [key, instance] of sorted) {
      const kind = instance.isGoing ? "going" : "living";
      if (kept[kind] >= MOST_KEPT && !instance.isNamed) continue;
      this.#instances.set(key, instance);
      kept[kind] += instance.facts.length;
    }
    const count = kept.going + kept.living;
    this.#letGo += this.#count - count;
    this.#count = count;
    this.#sortedAt = Math.max(count, 2 * MOST_KEPT) + ROOM;
  }

  #distanceOf({ last, isNamed }: Instance): number {
    if (isNamed) return Number.NEGATIVE_INFINITY;
    return this.#around === Number.POSITIVE_INFINITY ? -last : Math.abs(last - this.#around);
  }
}

const newInstance = (): Instance => ({
  facts: [],
  last: Number.NEGATIVE_INFINITY,
  isNamed: false,
  isGoing: false,
});

/** A line without an instance is joined by its node, or by others of its time. */
function keyOf({ guid, body, at }: Fact): string {
  return guid ?? ("node" in body ? body.node : at.text);
}
