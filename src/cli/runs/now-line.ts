/** The present step of a run and its progress, or the thing that it waits for: one line, made of events. */
import type { RunEvent } from "../../engine/state/event.ts";
import { progressText, titleOf } from "../screen/event-lines.ts";
import { duration } from "../screen/text.ts";

export class NowLine {
  #text = "";
  #title = "";
  #steps: readonly string[] = [];

  hear(event: RunEvent): void {
    this.#text = this.#after(event) ?? this.#text;
  }

  /** `carried`: whether a living process is at work on the run. */
  text(carried: boolean): string {
    if (carried) return this.#text === "" ? "at work" : this.#text;
    return this.#text.startsWith(ENDED) ? this.#text : "nobody is at work on this run";
  }

  #place(step: string): string {
    const index = this.#steps.indexOf(step);
    return index < 0 ? "" : `step ${index + 1} of ${this.#steps.length}, `;
  }

  #after(event: RunEvent): string | undefined {
    switch (event.type) {
      case "run-began":
        this.#steps = event.steps.map(({ id }) => id);
        return undefined;
      case "step-began":
        this.#title = `${this.#place(event.step)}${titleOf(event)}`;
        return `at work: ${this.#title}${usually(event)}`;
      case "step-progress":
        return `at work: ${this.#title}: ${progressText(event.progress)}`;
      case "step-ended":
        return `${event.title ?? this.#title}: ${event.state.replace("-", " ")}`;
      case "question":
        return `waits for an answer: ${event.question.prompt}`;
      case "waiting":
        return `waits: ${event.error.message}`;
      case "run-ended":
        return `${ENDED}${event.outcome}`;
      default:
        return undefined;
    }
  }
}

type Began = Extract<RunEvent, { type: "step-began" }>;

function usually({ usual }: Began): string {
  return usual?.stepMs === undefined ? "" : ` (usually ${duration(usual.stepMs)})`;
}

const ENDED = "ended: ";

const KNOWN: ReadonlySet<string> = new Set<RunEvent["type"]>([
  "run-began",
  "target-fixed",
  "step-began",
  "step-progress",
  "step-probed",
  "step-ended",
  "step-would-run",
  "review",
  "waiting",
  "re-verified",
  "question",
  "answered",
  "note",
  "run-ended",
]);

/** False for an event of a later version that this one does not know. */
export function isEvent(value: unknown): value is RunEvent {
  if (typeof value !== "object" || value === null) return false;
  const { schema, type } = value as { readonly schema?: unknown; readonly type?: unknown };
  return schema === "dingo-recover/event@1" && typeof type === "string" && KNOWN.has(type);
}
