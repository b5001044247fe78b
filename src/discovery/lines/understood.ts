/**
 * The rule that nothing is certain that was not understood: a line with a word of a deletion, a creation or an instance
 * either yields a fact of an instance, or says nothing in a form that is known, or is counted.
 */
import { BROKERS, DEPROVISIONS, brokerEvent, isDingoBroker } from "../../kit/log-patterns/broker.ts";
import type { FactBody } from "./fact.ts";
import type { LagerLine } from "./lager.ts";

/** Words of the broker that no other program says. */
const TELLING: readonly string[] = [
  ...DEPROVISIONS,
  ...["remove-node.perform", "remove-random-node.perform", "remove-leader.perform", "remove-cluster-assignment"],
  ...["deprovision.done", "deprovision.start", "provision.start", "provision.async-", "new-node-count"],
  ...["scheduler.stop-cluster", "scheduler.run-cluster", "save-clusterState", "state.save-cluster", "add-node.perform"],
  ...[
    "remove-node.cell.do",
    "remove-node.backend.do",
    "-broker.cluster.request",
    "-broker.update.start",
    "-broker.recreate.",
    "update-recreation-data.saved",
  ],
];

/** Events whose line names no instance in some era: they are joined by time, session or node. */
const NAMELESS: ReadonlySet<FactBody["kind"]> = new Set([
  "deletion-planned",
  "nodes-planned",
  "request-performed",
] satisfies FactBody["kind"][]);

/** The id that the sanity test of the release gives its instance. */
const OF_SANITY_TEST = /^T-\d+/;

export const isTelling = (text: string): boolean => TELLING.some((word) => text.includes(word));

/** Whether the broker's own line may stand in the text, in a form that hides it. */
export const namesBroker = (text: string): boolean => BROKERS.some((name) => text.includes(name));

/** Of a whole record: whether it is known that it tells no instance, or which. `body` and `guid` are of its fact. */
export function isUnderstood(
  { source, action, torn }: LagerLine,
  told: { readonly body: FactBody; readonly guid?: string; readonly notGuid?: string } | undefined,
): boolean {
  if (!isDingoBroker(source)) return true;
  if (torn) return false;
  if (told === undefined) return brokerEvent(action) === undefined;
  const { body, guid, notGuid } = told;
  const namesNode = body.kind === "cell-unreachable" && body.node !== undefined;
  return guid !== undefined || OF_SANITY_TEST.test(notGuid ?? "") || namesNode || NAMELESS.has(body.kind);
}
