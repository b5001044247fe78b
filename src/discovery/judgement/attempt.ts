/** Groups the events of one instance into attempts to delete it, and the events between and after. */
import { BROKER_WORDS } from "../../kit/log-patterns/broker.ts";
import type { RemovedNode } from "./candidate.ts";
import type { FactBody, Style } from "../lines/fact.ts";
import type { LifeEvent } from "./timeline.ts";

export interface Attempt {
  readonly style: Style;
  planned: number | undefined;
  readonly events: LifeEvent[];
  readonly nodes: Map<string, RemovedNode>;
  readonly errors: LifeEvent[];
  readonly unreachable: LifeEvent[];
  /** Containers that went, as their cells say, by node. */
  readonly destroyed: Map<string, LifeEvent>;
  refused: LifeEvent | undefined;
  done: boolean;
  /** The create of the same instance was still running: it may write the instance's state again. */
  readonly duringCreate: boolean;
  /** Signs of life after it. */
  readonly after: LifeEvent[];
}

export interface Life {
  readonly attempts: readonly Attempt[];
  /** Nodes that went while the instance was being changed. */
  readonly scaled: readonly LifeEvent[];
  /** The kind of change, as far as its lines tell; era C does not tell. */
  readonly change: Change;
  /** Nodes that went, nobody says why. */
  readonly stray: readonly LifeEvent[];
  readonly createFailed: LifeEvent | undefined;
}

export type Change = "scale-in" | "move" | "unknown";

export type Outcome = "deleted" | "refused" | "halfway" | "unfinished" | "unproven" | "empty";

/** The answer of 500 follows `deprovision.done` within milliseconds; a busy broker gets two seconds. */
const ANSWER_MS = 2000;
/** Eras A and B: a failing request answers within Cloud Foundry's own limit. */
const REQUEST_MS = 60_000;

export function readLife(events: readonly LifeEvent[]): Life {
  const reader = new LifeReader();
  for (const event of events) reader.take(event, event.fact.body);
  return reader;
}

export function outcomeOf(attempt: Attempt): Outcome {
  const nodes = attempt.nodes.size;
  if (attempt.refused !== undefined || attempt.errors.length > 0) return nodes === 0 ? "refused" : "halfway";
  if (nodes === 0 && attempt.planned === 0) return "empty";
  if (nodes === 0) return attempt.done ? "unproven" : "unfinished";
  if (attempt.done) return "deleted";
  // Eras A and B log no end: the planned nodes must all be seen.
  return attempt.style === "request" && nodes >= (attempt.planned ?? 1) ? "deleted" : "unfinished";
}

class LifeReader implements Life {
  readonly attempts: Attempt[] = [];
  readonly scaled: LifeEvent[] = [];
  readonly stray: LifeEvent[] = [];
  createFailed: LifeEvent | undefined;
  #open: Attempt | undefined;
  change: Change = "unknown";
  #scaling = false;
  #planned: Change = "unknown";
  #creating = false;

  take(event: LifeEvent, body: FactBody): void {
    if (body.kind === "deletion-began") this.#begin(event, body.style, body.planned);
    else if (body.kind === "deletion-planned") this.#plan(event, body.planned);
    else if (body.kind === "request-performed") this.#perform(event, body.session);
    else if (body.kind === "node-removed") this.#removeNode(event, body);
    else if (body.kind === "container-destroyed") this.#destroy(event, body.node);
    else if (body.kind === "refused") this.#refuse(event);
    else if (body.kind === "create-failed") this.createFailed = event;
    else if (body.kind === "create-forked") this.#creating = true;
    else if (body.kind === "create-ended") this.#creating = false;
    else if (isEnding(body)) this.#end(event, body);
    else if (isLife(body)) this.#live(event, body);
  }

  #begin(event: LifeEvent, style: Style, planned?: number): Attempt {
    const attempt: Attempt = {
      style,
      planned,
      events: [event],
      nodes: new Map(),
      errors: [],
      unreachable: [],
      destroyed: new Map(),
      refused: undefined,
      done: false,
      duringCreate: this.#creating,
      after: [],
    };
    this.attempts.push(attempt);
    this.#open = attempt;
    this.#scaling = false;
    return attempt;
  }

  #plan(event: LifeEvent, planned: number): void {
    const attempt = this.#open ?? this.#begin(event, "deprovision");
    attempt.planned = planned;
    note(attempt, event);
  }

  #perform(event: LifeEvent, session?: string): void {
    const began = this.#open?.events[0]?.fact.body;
    if (this.#open === undefined || began?.kind !== "deletion-began" || began.session !== session) return;
    note(this.#open, event);
  }

  #removeNode(event: LifeEvent, { node, cell }: { readonly node?: string; readonly cell?: string }): void {
    if (this.#open === undefined) {
      this.#setAside(event);
      return;
    }
    note(this.#open, event);
    const name = node ?? event.fact.at.text;
    this.#open.nodes.set(name, { node: name, ...(cell === undefined ? {} : { cell }) });
  }

  #setAside(event: LifeEvent): void {
    (this.#scaling ? this.scaled : this.stray).push(event);
    if (this.#scaling) this.change = this.#planned;
  }

  /** The cell's own word: it comes while the broker waits for it, or with another clock shortly after. */
  #destroy(event: LifeEvent, node: string): void {
    const last = this.attempts.at(-1);
    const end = last?.events.at(-1)?.fact.at.ms ?? Number.NEGATIVE_INFINITY;
    const attempt = this.#open ?? (event.fact.at.ms - end <= REQUEST_MS ? last : undefined);
    if (attempt === undefined) {
      this.#setAside(event);
      return;
    }
    attempt.destroyed.set(node, event);
    if (!attempt.nodes.has(node)) attempt.nodes.set(node, { node });
  }

  /** `assignment-removed`, errors and `done`; a log may begin in the middle of a deletion. */
  #end(event: LifeEvent, { kind }: FactBody): void {
    if (kind === "cell-unreachable" && this.#open === undefined) return;
    const attempt = this.#open ?? this.#begin(event, "deprovision");
    note(attempt, event);
    if (kind === "cell-unreachable") attempt.unreachable.push(event);
    else if (kind === "deletion-error") attempt.errors.push(event);
    else attempt.done = true;
    if (kind === "deletion-done") this.#open = undefined;
  }

  #refuse(event: LifeEvent): void {
    const attempt = this.#answered(event) ?? this.#begin(event, "request");
    note(attempt, event);
    attempt.refused = event;
    this.#open = undefined;
  }

  /** The attempt that this answer belongs to. In eras A and B, "not found" answers a separate request. */
  #answered(event: LifeEvent): Attempt | undefined {
    const last = this.attempts.at(-1);
    const before = last?.events.at(-1);
    if (last === undefined || before === undefined || last.refused !== undefined) return undefined;
    const waited = event.fact.at.ms - before.fact.at.ms;
    if (last.style === "deprovision") return waited <= ANSWER_MS ? last : undefined;
    const gone = event.fact.body.kind === "refused" && BROKER_WORDS.keyNotFound.says.test(event.fact.body.error);
    return gone || waited > REQUEST_MS ? undefined : last;
  }

  #live(event: LifeEvent, body: FactBody): void {
    const { kind } = body;
    if (kind === "nodes-planned" || kind === "update-began") {
      this.#scaling = true;
      this.#planned = body.kind === "nodes-planned" ? changeOf(body) : "unknown";
      if (this.#open?.style === "request") this.#open = undefined;
    }
    if (this.#open === undefined && kind !== "update-began") this.attempts.at(-1)?.after.push(event);
  }
}

function changeOf({ adds, removes }: Extract<FactBody, { kind: "nodes-planned" }>): Change {
  return removes !== true ? "unknown" : adds ? "move" : "scale-in";
}

function isEnding({ kind }: FactBody): boolean {
  return (
    kind === "assignment-removed" ||
    kind === "deletion-error" ||
    kind === "deletion-done" ||
    kind === "cell-unreachable"
  );
}

function isLife(body: FactBody): boolean {
  if (body.kind === "described") return (body.nodes ?? 0) > 0;
  return body.kind === "nodes-planned" || body.kind === "node-adding" || body.kind === "update-began";
}

function note(attempt: Attempt, event: LifeEvent): void {
  if (!attempt.events.includes(event)) attempt.events.push(event);
}
