/** The parts of a renderer: a listener to events, and an operator who answers questions, or nobody. */
import type { EventSink } from "../../engine/state/event.ts";
import type { Operator } from "../../ports/operator.ts";

export interface Renderer {
  readonly sink: EventSink;
  readonly operator: Operator;
  /** A word to the viewer, beside the events: never on stdout, where scripts read. */
  readonly say: (text: string) => void;
  /** Again: nothing. Resolves when everything is on the screen and the terminal is as it was. */
  close(): Promise<void>;
}

/** Nobody is there: every question stays without an answer. */
export const NOBODY: Operator = { ask: () => Promise.resolve(undefined) };
