/** The time of the box in another process: a point where its clock and this machine's were read together, and its rate. */
export interface BoxClock {
  /** Milliseconds of the epoch by this machine. */
  readonly wallMs: number;
  /** Milliseconds of the epoch that the box showed then. */
  readonly shownMs: number;
  readonly rate: number;
}

export function clockWord(clock: BoxClock | undefined): string {
  return clock === undefined ? "-" : `${clock.wallMs},${clock.shownMs},${clock.rate}`;
}

export function shownTime(word: string, wallMs: number): number {
  const [at, shown, rate] = word.split(",").map(Number);
  if (at === undefined || shown === undefined || rate === undefined) return wallMs;
  return shown + (wallMs - at) * rate;
}
