/**
 * The lines under the step at work: its progress and speed, its time beside the usual one, the next step, known facts,
 * and how to stop. Made of events; `lines` gets a time of the same clock.
 */
import { bytesText } from "../../kit/text/bytes.ts";
import type { Progress, ReviewRow } from "../../action.ts";
import type { RunEvent } from "../../engine/state/event.ts";
import { progressText } from "./event-lines.ts";
import { duration } from "./text.ts";

type Began = Extract<RunEvent, { type: "step-began" }>;

interface Heard extends Progress {
  readonly atMs: number;
}

interface AtWork {
  /** Of the step in the plan; negative if none. */
  readonly index: number;
  readonly beganMs: number;
  readonly usual: Began["usual"];
  /** When its last event came. */
  readonly heardMs: number;
  /** Where the work that goes on was first seen: its rate is measured from there. */
  readonly first?: Heard | undefined;
  readonly last?: Heard;
}

/** After so many milliseconds without an event, the lines say how long it has been silent. */
const SILENT_MS = 5000;
/** A rate that was measured over fewer milliseconds is not shown, for it would be chance. */
const MEASURED_MS = 2000;

export class Pulse {
  #steps: Extract<RunEvent, { type: "run-began" }>["steps"] = [];
  readonly #known = new Map<string, string>();
  #atWork: AtWork | undefined;

  hear(event: RunEvent): void {
    const atMs = Date.parse(event.time);
    switch (event.type) {
      case "run-began":
        this.#steps = event.steps;
        return this.#learn(event.known);
      case "step-began":
        this.#atWork = { index: this.#indexOf(event), usual: event.usual, beganMs: atMs, heardMs: atMs };
        return;
      case "step-progress":
        return this.#progress({ ...event.progress, atMs });
      case "waiting":
        return this.#progress({ message: `waiting: ${event.error.message}`, atMs });
      case "step-ended":
        this.#atWork = undefined;
        return this.#learn(event.known);
      default:
        return;
    }
  }

  /** Keeps a message that comes while the step is at work. */
  note(message: string): void {
    if (this.#atWork !== undefined) this.#progress({ message, atMs: this.#atWork.heardMs });
  }

  /** Nothing if no step is at work. */
  lines(now: Date): readonly string[] {
    if (this.#atWork === undefined) return [];
    const { last } = this.#atWork;
    return [
      ...(last === undefined ? [] : [`${progressText(last)}${this.#rate(this.#atWork)}`]),
      this.#elapsed(this.#atWork, now.getTime()),
      ...this.#next(this.#atWork.index),
      ...[...this.#known].map(([label, value]) => `${label}: ${value}`),
    ];
  }

  #learn(rows: readonly ReviewRow[] = []): void {
    for (const { label, value } of rows) this.#known.set(label, value);
  }

  #progress(last: Heard): void {
    if (this.#atWork === undefined) return;
    const { first, last: before } = this.#atWork;
    const isSame = before?.message === last.message && before.total === last.total;
    const goesOn = isSame && (before.done ?? 0) <= (last.done ?? 0);
    this.#atWork = { ...this.#atWork, heardMs: last.atMs, first: goesOn ? first : last, last };
  }

  #rate({ first, last }: AtWork): string {
    if (first?.done === undefined || last?.done === undefined || last.total === undefined) return "";
    const took = last.atMs - first.atMs;
    const done = last.done - first.done;
    if (took < MEASURED_MS || done <= 0) return "";
    const perSecond = (done * 1000) / took;
    const rate = last.unit === "bytes" ? bytesText(perSecond) : perSecond.toFixed(perSecond < 10 ? 1 : 0);
    const left = last.total - last.done;
    return `, ${rate} a second${left > 0 ? `, about ${about(Math.max(1000, (left / perSecond) * 1000))} to go` : ""}`;
  }

  #elapsed({ index, beganMs, heardMs, usual }: AtWork, nowMs: number): string {
    const where = index < 0 ? "" : `step ${index + 1} of ${this.#steps.length}, `;
    const usually = usual?.stepMs === undefined ? "" : ` (usually ${about(usual.stepMs)})`;
    const silent =
      nowMs - heardMs < SILENT_MS || heardMs === beganMs ? "" : `, last word ${about(nowMs - heardMs)} ago`;
    const rest = usual === undefined || usual.restMs === 0 ? "" : `; then about ${about(usual.restMs)} more`;
    return `${where}for ${about(Math.max(0, nowMs - beganMs))}${usually}${silent}${rest}`;
  }

  /** Negative for a way back: undo goes through the steps in another order, and leaves some out. */
  #indexOf({ step, back }: Extract<RunEvent, { type: "step-began" }>): number {
    return back === true ? -1 : this.#steps.findIndex(({ id }) => id === step);
  }

  #next(index: number): readonly string[] {
    const next = index < 0 ? undefined : this.#steps[index + 1];
    return next === undefined ? [] : [`next${next.conditional === true ? ", if needed" : ""}: ${next.title}`];
  }
}

/** In whole seconds: tenths would flicker. */
const about = (ms: number): string => (ms < 10_000 ? `${Math.round(ms / 1000)} s` : duration(ms));
