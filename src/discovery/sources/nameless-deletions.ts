/** Lines that say that an instance went, and not which: another line of its deletion tells, and stands beside. */
import { actionOf, BROKER_WORDS, isDingoBroker } from "../../kit/log-patterns/broker.ts";
import type { FactBody } from "../lines/fact.ts";
import type { LogLine } from "../lines/log-line.ts";
import { Tally } from "./tally.ts";

/** The captured logs have less than a second between them. */
const BESIDE_MS = 60_000;

const NAMING: ReadonlySet<FactBody["kind"]> = new Set([
  "deletion-began",
  "deletion-done",
  "deletion-error",
  "refused",
  "node-removed",
  "assignment-removed",
  "create-failed",
] satisfies FactBody["kind"][]);

export class NamelessDeletions {
  readonly #alone = new Tally();
  #lastNamed = Number.NEGATIVE_INFINITY;
  #open: { readonly at: number; readonly line: number | undefined } | undefined;

  note({ lager, fact, notGuid }: LogLine, line: number | undefined): void {
    if (lager === undefined || !isDingoBroker(lager.source)) return;
    const at = lager.at.ms;
    if (notGuid !== undefined || (fact?.guid !== undefined && NAMING.has(fact.body.kind))) {
      this.#lastNamed = at;
      if (this.#open !== undefined && isBeside(this.#open.at, at)) this.#open = undefined;
    } else if (BROKER_WORDS.clusterDeleted.says.test(actionOf(lager.action)) && !isBeside(this.#lastNamed, at)) {
      this.#close();
      this.#open = { at, line };
    }
  }

  end(): Tally {
    this.#close();
    return this.#alone;
  }

  #close(): void {
    if (this.#open !== undefined) this.#alone.note(this.#open.line);
    this.#open = undefined;
  }
}

const isBeside = (one: number, other: number): boolean => Math.abs(one - other) <= BESIDE_MS;
