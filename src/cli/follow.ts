/** `status --follow`: shows what another process does with a run, until the run or that process ends. */
import type { RunEvent } from "../engine/event.js";
import type { EventTail } from "../journal/event-tail.js";
import type { Clock } from "../ports/clock.js";
import { eventLines } from "../ui/event-lines.js";
import type { Output } from "../ui/output.js";

/** Milliseconds between two looks. */
const LOOK_MS = 200;

export interface Following {
  readonly tail: EventTail;
  /** Whether a living process carries the run. */
  readonly isCarried: () => boolean;
  readonly clock: Pick<Clock, "sleep">;
  readonly signal: AbortSignal;
  readonly show: (event: RunEvent) => void;
}

/** "ended" where the process said how it ended; "gone" where it did not: then the journal tells how far it came. */
export async function follow({ tail, isCarried, clock, signal, show }: Following): Promise<"ended" | "gone"> {
  for (;;) {
    // Asked before the look: what a process wrote before it was gone is read all the same.
    const carried = isCarried();
    for (const event of tail.read().filter(isEvent)) {
      show(event);
      if (event.type === "run-ended") return "ended";
    }
    if (!carried) return "gone";
    await clock.sleep(LOOK_MS, signal);
  }
}

export function showOn(
  output: Output,
  options: { readonly json: boolean; readonly verbose: boolean },
): Following["show"] {
  return (event) => {
    if (options.json) output.json(event);
    else
      for (const line of eventLines(event, { width: Math.min(output.columns, 120), verbose: options.verbose }))
        output.line(line);
  };
}

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

/** Events of a later version that this one does not know are left out. */
export function isEvent(value: unknown): value is RunEvent {
  if (typeof value !== "object" || value === null) return false;
  const { schema, type } = value as { readonly schema?: unknown; readonly type?: unknown };
  return schema === "dingo-recover/event@1" && typeof type === "string" && KNOWN.has(type);
}
