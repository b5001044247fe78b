/** A pause is pressed at one terminal: to those who look on from others it is told in the run's events. */
import type { RunEvent } from "../engine/event.js";
import type { Clock } from "../ports/clock.js";
import type { Gate } from "../ports/gate.js";
import { pausedText } from "../ui/pausable.js";

export interface Onlookers {
  readonly run: string;
  readonly clock: Pick<Clock, "now">;
  readonly write: (event: RunEvent) => void;
}

/** Until what is returned is called. */
export function tellPauses(gate: Gate, { run, clock, write }: Onlookers): () => void {
  let was = false;
  return gate.watch((paused) => {
    if (paused === was) return;
    was = paused;
    const now = clock.now();
    const message = paused ? pausedText(now) : "goes on after the pause";
    write({ schema: "dingo-recover/event@1", time: now.toISOString(), run, type: "note", message, paused });
  });
}
