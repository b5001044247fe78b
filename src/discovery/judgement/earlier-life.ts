/**
 * Whether an instance ever had a node, when the broker saw none at its deletion. The broker takes its nodes from keys that
 * live 20 s: a container that was dead, or whose image never advertised itself, is no node to it (dingo.md §2.2, §2.11).
 */
import type { Life } from "./attempt.ts";
import type { FactBody } from "../lines/fact.ts";
import type { LifeEvent } from "./timeline.ts";

export type EarlierLife =
  /** It had a node: its archive or its container may hold its data. */
  | "had-a-node"
  /** Its create failed, and no node of it ever spoke. */
  | "had-none"
  /** The logs hold nothing of its life, or its create alone: the lines of its nodes may be lost. */
  | "not-known";

export function earlierLife(events: readonly LifeEvent[], { createFailed }: Life): EarlierLife {
  const bodies = events.map(({ fact }) => fact.body);
  if (bodies.some(showsNode) || addedOutsideFailedCreate(bodies)) return "had-a-node";
  return createFailed === undefined ? "not-known" : "had-none";
}

/** A create that failed outweighs its own additions alone: those before its beginning are of a life that went well. */
function addedOutsideFailedCreate(bodies: readonly FactBody[]): boolean {
  let isAdded = false;
  for (const body of bodies) {
    if (addsNode(body)) isAdded = true;
    else if (body.kind === "create-failed") isAdded = false;
    else if (isAdded && BOUNDS.has(body.kind)) return true;
  }
  return isAdded;
}

/** A create or a change that begins, or a create that is over. */
const BOUNDS: ReadonlySet<FactBody["kind"]> = new Set(["create-began", "create-ended", "update-began"]);

/** The word of a container or of its cell, the end of a node, or a state with nodes in it. */
function showsNode(body: FactBody): boolean {
  switch (body.kind) {
    case "archived":
    case "archives-nothing":
    case "container-said":
    case "container-destroyed":
    case "node-removed":
    case "cloned":
      return true;
    case "described":
      return (body.nodes ?? 0) > 0 || (body.node !== undefined && body.by === "container");
    default:
      return false;
  }
}

/** The broker was about to add a node, and can have failed. */
function addsNode(body: FactBody): boolean {
  return body.kind === "node-adding" || (body.kind === "nodes-planned" && body.adds) || namesNode(body);
}

const namesNode = (body: FactBody): boolean => body.kind === "described" && body.node !== undefined;

/** Nodes that containers and broker named, for a look on the cells. */
export function namedNodes(events: readonly LifeEvent[]): readonly string[] {
  const nodes = events.flatMap(({ fact: { body } }) => ("node" in body ? [body.node] : []));
  return [...new Set(nodes)];
}
