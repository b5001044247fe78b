/** Lines as evidence: those of an instance's events, wherever they stand. */
import type { Evidence } from "./candidate.ts";
import type { Fact } from "../lines/fact.ts";
import type { LifeEvent } from "./timeline.ts";

const MOST_EVIDENCE = 60;

export function evidenceOf(events: readonly LifeEvent[]): readonly Evidence[] {
  const facts = events.flatMap((event) => [event.fact, ...event.copies]).filter((fact) => fact.text !== "");
  return facts.slice(0, MOST_EVIDENCE).map(evidenceOfFact);
}

export function evidenceOfFact({ place, text }: Fact): Evidence {
  return { source: "store" in place ? "log-store" : "logs", ...place, text };
}
