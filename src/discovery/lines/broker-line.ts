/**
 * The broker's own lines, all eras: which of them mean something for a deletion, and their meaning (dingo.md §2.2, seen
 * on real brokers of ten versions).
 */
import { isFields } from "../../kit/json.ts";
import { optional } from "../../kit/optional.ts";
import { detached } from "../../kit/text/detached.ts";
import type { FactBody } from "./fact.ts";
import {
  actionOf,
  BROKER_WORDS,
  type BrokerEvent,
  brokerEvent,
  DELETION_ERROR,
  isDingoBroker,
} from "../../kit/log-patterns/broker.ts";
import { isGuid } from "./guid.ts";
import { numberField, textField, type LagerData, type LagerLine } from "./lager.ts";

export interface BrokerFact {
  readonly guid?: string;
  /** An instance id that is none, such as the sanity-test errand's `T-147…`. */
  readonly notGuid?: string;
  readonly body: FactBody;
}

type Reader = (data: LagerData, line: LagerLine) => FactBody | undefined;

const nodeRemoved: Reader = (data) => ({
  kind: "node-removed",
  ...optional("node", textField(data, "node-uuid")?.toLowerCase()),
  ...optional("cell", textField(data, "cell", "backend")),
});
const cellUnreachable: Reader = (data) => {
  const node = BROKER_WORDS.nodeInError.says.exec(errorOf(data))?.[1]?.toLowerCase();
  return { kind: "cell-unreachable", ...optional("node", node) };
};
const stateSaved: Reader = (data) => (isFields(data["cluster"]) ? described(data["cluster"]) : undefined);
/** The line belongs to the instance that is copied. */
const cloned: Reader = (data) => {
  const to = archiveOwner(textField(data, "to-uri"));
  return to === undefined ? undefined : { kind: "cloned", to };
};

const READERS: Readonly<Record<BrokerEvent, Reader>> = {
  requested: readRequest,
  requestPerformed: (data) => ({ kind: "request-performed", ...session(data) }),
  nodeRemoved,
  cellUnreachable,
  assignmentRemoved: () => ({ kind: "assignment-removed" }),
  deletionBegan: (data) => ({ kind: "deletion-began", style: "deprovision", ...session(data) }),
  deletionDone: (data) => ({ kind: "deletion-done", ...session(data) }),
  refused: (data) => ({ kind: "refused", error: errorOf(data) }),
  deletionPlanned: (data) => ({ kind: "deletion-planned", planned: plannedSteps(data) ?? 0 }),
  nodesPlanned: readPlan,
  updateBegan: () => ({ kind: "update-began" }),
  nodeAdding: () => ({ kind: "node-adding" }),
  stateSaved,
  createBegan: () => ({ kind: "create-began" }),
  createForked: () => ({ kind: "create-forked" }),
  createEnded: () => ({ kind: "create-ended" }),
  createFailed: (data) => ({ kind: "create-failed", error: errorOf(data) }),
  cloned,
  named: (data) => ({ kind: "described", ...optional("name", textField(data, "name")) }),
};

/** Undefined for lines that say nothing about a deletion, and for those of other brokers. */
export function readBrokerLine(line: LagerLine): BrokerFact | undefined {
  if (!isDingoBroker(line.source)) return undefined;
  const event = brokerEvent(line.action);
  const read = event === undefined ? deletionError(line) : READERS[event];
  const body = read?.(line.data, line);
  if (body === undefined) return undefined;
  const source = body.kind === "cloned" ? archiveOwner(textField(line.data, "from-uri")) : undefined;
  return { ...(source === undefined ? instance(line.data) : { guid: source }), body };
}

function archiveOwner(uri: string | undefined): string | undefined {
  return BROKER_WORDS.archiveOwner.says.exec(uri ?? "")?.[1]?.toLowerCase();
}

function instance(data: LagerData): { guid?: string; notGuid?: string } {
  const cluster = data["cluster"];
  const nested = isFields(cluster) ? textField(cluster, "instance_id") : undefined;
  const id = textField(data, "instance-id", "instanceID", "clusterID", "instance_id") ?? nested;
  if (id === undefined) return {};
  const guid = id.toLowerCase();
  return isGuid(guid) ? { guid } : { notGuid: id };
}

/** `deprovision.preconditions.error`, `deprovision.stop-cluster` at level 2, and the other failures in between. */
function deletionError(line: LagerLine): Reader | undefined {
  const action = actionOf(line.action);
  if (line.level < DELETION_ERROR.level || !action.startsWith(DELETION_ERROR.begins)) return undefined;
  return (data) => ({ kind: "deletion-error", ...session(data), error: errorOf(data) || action });
}

function readRequest(data: LagerData, { action }: LagerLine): FactBody | undefined {
  const wanted = numberField(data, "new-node-count");
  if (wanted === undefined) return undefined;
  const counted = numberField(data, "current-node-count");
  const current = counted ?? 0;
  // A recreated instance had no node either, and lived before.
  const creates = counted === 0 && !BROKER_WORDS.recreates.says.test(action) ? ({ creates: true } as const) : {};
  if (wanted > 0) return { kind: "nodes-planned", adds: wanted > current, removes: wanted < current, ...creates };
  return { kind: "deletion-began", style: "request", ...session(data), ...optional("planned", plannedSteps(data)) };
}

/** Era C names neither the instance nor the steps. */
function readPlan(data: LagerData): FactBody {
  const plan = {
    kind: "nodes-planned",
    adds: steps(data).some((step) => BROKER_WORDS.addsNode.says.test(step)),
  } as const;
  return Array.isArray(data["steps"])
    ? { ...plan, removes: steps(data).some((step) => BROKER_WORDS.removesNode.says.test(step)) }
    : plan;
}

function described(cluster: LagerData): FactBody {
  const nodes = cluster["nodes"];
  return {
    kind: "described",
    ...optional("name", textField(cluster, "service_instance_name")),
    ...optional("org", textField(cluster, "organization_guid")),
    ...optional("space", textField(cluster, "space_guid")),
    ...optional("plan", textField(cluster, "plan_id")),
    ...optional("nodes", Array.isArray(nodes) ? nodes.length : nodes === null ? 0 : undefined),
  };
}

function plannedSteps(data: LagerData): number | undefined {
  return numberField(data, "steps-count") ?? (Array.isArray(data["steps"]) ? steps(data).length : undefined);
}

function steps(data: LagerData): readonly string[] {
  const value = data["steps"];
  return Array.isArray(value) ? value.filter((step): step is string => typeof step === "string") : [];
}

/** More of it than anybody reads, and a line of a megabyte is not kept for it. */
function errorOf(data: LagerData): string {
  return detached(textField(data, "error") ?? "", 3000);
}

function session(data: LagerData): { session?: string } {
  return optional("session", textField(data, "session"));
}
