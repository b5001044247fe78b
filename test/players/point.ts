/** The place at which a process is killed, and the damage to its files. */
export type Moment = "before" | "torn" | "after";

export type CrashPoint =
  /** Around the N-th journal append. */
  | { readonly is: "append"; readonly append: number; readonly when: Moment }
  /** As soon as the far side has made its K-th change and before anybody hears of it. */
  | { readonly is: "change"; readonly change: number }
  /** After the N-th append, and the machine loses the last bytes that it took for written. */
  | { readonly is: "lost-block"; readonly append: number; readonly bytes: number }
  /** Before the N-th append; the resuming process is stopped by a signal at its `own`-th append, and resumed again. */
  | { readonly is: "signal"; readonly append: number; readonly own: number }
  /** The same, but the disk takes only half of that append's line, and nothing more. */
  | { readonly is: "full-disk"; readonly append: number; readonly own: number }
  /** After the N-th append; the resuming process has a clock that is behind. */
  | { readonly is: "clock-back"; readonly append: number; readonly minutes: number };

export function nameOf(point: CrashPoint): string {
  switch (point.is) {
    case "append":
      return `${point.append}:${point.when}`;
    case "change":
      return `change:${point.change}`;
    case "lost-block":
      return `${point.append}:after, then ${point.bytes} bytes of the journal lost`;
    case "signal":
      return `${point.append}:before, then a signal at append ${point.own} of the next process`;
    case "full-disk":
      return `${point.append}:before, then a full disk at append ${point.own} of the next process`;
    case "clock-back":
      return `${point.append}:after, then a clock ${point.minutes} minutes behind`;
  }
}
