/** Why an instance counts as deleted, or why it does not: one sentence each, without a full stop, for a person. */
import { counted } from "../../kit/text/counted.ts";
import type { Attempt, Change } from "./attempt.ts";
import type { Kind } from "./candidate.ts";

/** The broker took its nodes from keys that live for seconds: none was there. */
export function sawNoNode({ planned, nodes }: Attempt): boolean {
  return planned === 0 && nodes.size === 0;
}

/** The reason by which logs show an attempt to delete the instance. */
export function whyDeleted(attempt: Attempt, kind: Kind): string {
  const { nodes, planned } = attempt;
  const began =
    attempt.style === "request" ? "the broker was asked for an instance of no nodes" : "the broker began to delete it";
  const of = planned === undefined || planned < nodes.size ? "" : ` of ${planned}`;
  const removed =
    nodes.size === 0
      ? "no log line shows that a node was removed"
      : `removed ${nodes.size}${of} ${(of === "" ? nodes.size : planned) === 1 ? "node" : "nodes"}`;
  if (sawNoNode(attempt)) return `${began}, saw no node of it and removed none${endOf(kind)}`;
  const begin = `${began}${nodes.size === 0 ? "; " : ", "}${removed}`;
  if (kind === "deletion-failed-halfway") return `${begin} and then answered an error`;
  if (kind === "deletion-unfinished") return `${begin}, and no line says that it ended`;
  if (kind === "deletion-unproven") return `${began} and ended, and ${removed}`;
  const ended = `${begin} and ended without an error`;
  return kind === "recreated" ? `${ended}, then brought it back under the same GUID` : ended;
}

function endOf(kind: Kind): string {
  if (kind === "deletion-unfinished") return ", and no line says that it ended";
  return kind === "recreated" ? ", then brought it back under the same GUID" : ", and ended without an error";
}

const CHANGES: Readonly<Record<Change, string>> = {
  "scale-in": "nodes were removed to scale in; the instance stays",
  move: "nodes were removed to move it, after others had been added; the instance stays",
  unknown: "nodes were removed to scale in or to move; the instance stays",
};

export function whyChanged(change: Change): string {
  return CHANGES[change];
}

export function confirmedByCells({ destroyed, nodes }: Attempt): readonly string[] {
  if (destroyed.size === 0) return [];
  const all = destroyed.size === nodes.size ? "" : ` of ${nodes.size}`;
  return [`Its cells say that ${counted(destroyed.size, "container")}${all} went.`];
}
