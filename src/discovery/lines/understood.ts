/**
 * The rule that nothing is certain that was not understood: a line with a word of a deletion, a creation or an instance
 * either yields a fact of an instance, or says nothing in a form that is known, or is counted.
 */
import { BROKER_WORDS, brokerEvent, isDingoBroker } from "../../kit/log-patterns/broker.ts";
import type { BrokerFact } from "./broker-line.ts";
import type { FactBody } from "./fact.ts";
import type { LagerLine } from "./lager.ts";

/** Events whose line names no instance in some era: they are joined by time, session or node. */
const NAMELESS: ReadonlySet<FactBody["kind"]> = new Set([
  "deletion-planned",
  "nodes-planned",
  "request-performed",
] satisfies FactBody["kind"][]);

/** Of a whole record: whether it is known that it tells no instance, or which. `body` and `guid` are of its fact. */
export function isUnderstood({ source, action, torn }: LagerLine, told: BrokerFact | undefined): boolean {
  if (!isDingoBroker(source)) return true;
  if (torn) return false;
  if (told === undefined) return brokerEvent(action) === undefined && !isRespelt({ lager: { source, action } });
  const { body, guid, notGuid } = told;
  const namesNode = body.kind === "cell-unreachable" && body.node !== undefined;
  return guid !== undefined || BROKER_WORDS.sanityTest.says.test(notGuid ?? "") || namesNode || NAMELESS.has(body.kind);
}

/** Lager begins each message with its source and a full stop. If a message still does, a collector put another sign there. */
export function isRespelt({ lager }: { readonly lager?: Pick<LagerLine, "source" | "action"> }): boolean {
  return (
    lager !== undefined && isDingoBroker(lager.source) && lettersOf(lager.action).startsWith(lettersOf(lager.source))
  );
}

const lettersOf = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, "");
