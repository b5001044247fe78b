/** Commands that tell lines instead of drawing a screen: the same key, and what it does in a line. */
import type { Clock } from "../ports/clock.js";
import { Keyboard } from "./keyboard.js";
import { Pause } from "./pause.js";
import { duration } from "./text.js";

export interface Pausable {
  readonly gate: Pause;
  /** A line of progress; the first one says which key there is. */
  readonly tell: (line: string) => void;
  /** From here on the key counts. */
  readonly open: () => void;
  readonly close: () => Promise<void>;
}

export interface PausableOptions {
  readonly keyboard?: Keyboard;
  /** It is a look: the same command sees all of it again. */
  readonly beginsAnew?: boolean;
}

export function pausable(
  clock: Clock,
  say: (line: string) => void,
  { keyboard = new Keyboard(), beginsAnew = false }: PausableOptions = {},
): Pausable {
  const gate = new Pause(clock);
  let isSaid = false;
  const pressed = (): void => {
    const stoodMs = gate.lastsMs();
    gate.toggle();
    const { since } = gate;
    isSaid = true;
    say(since === undefined ? `goes on after ${duration(stoodMs)}` : `${pausedText(since)}; ${WAYS_ON}`);
  };
  return {
    gate,
    tell: (line) => {
      if (!isSaid) say(`p pauses; Ctrl-C stops, and the same command ${beginsAnew ? "begins anew" : "goes on"}`);
      isSaid = true;
      say(line);
    },
    open: () => keyboard.open(pressed),
    close: () => keyboard.close(),
  };
}

/** `since` as it stands on the screen: UTC, to the second. */
export const pausedText = (since: Date): string =>
  `paused since ${since.toISOString().slice(11, 19)}Z: nothing new is begun, what is under way ends`;

const WAYS_ON = "p goes on, Ctrl-C stops";
