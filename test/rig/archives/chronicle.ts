/**
 * The rows that were written into a cluster, and their places in its WAL, noted by the writer: the yardstick for the
 * rows of a restore. It knows the real forks and nothing of archives, so that no mistake of the tool's can be in it.
 */
export interface Mark {
  /** The row's number. */
  readonly number: number;
  readonly timeline: number;
  /** Just behind the commit. */
  readonly lsn: bigint;
  /** The server's clock after the commit, the next full millisecond. */
  readonly at: Date;
}

interface Fork {
  readonly child: number;
  readonly parent: number;
  readonly at: bigint;
}

const SEGMENT = 16n * 1024n * 1024n;

/** `0/7000028` */
export function parseLsn(text: string): bigint {
  const [high = "", low = ""] = text.trim().split("/");
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

function nameOf(timeline: number, number: bigint): string {
  const hex = (value: bigint | number): string => value.toString(16).toUpperCase().padStart(8, "0");
  return hex(timeline) + hex(number / 256n) + hex(number % 256n);
}

export class Chronicle {
  private readonly written: Mark[] = [];
  private readonly forks: Fork[] = [];
  private next = 1;

  get marks(): readonly Mark[] {
    return this.written;
  }

  /** The number of a row that is about to be written. */
  number(): number {
    this.next += 1;
    return this.next - 1;
  }

  note(mark: Mark): void {
    this.written.push(mark);
  }

  /** `at` as PostgreSQL prints it. */
  fork({ child, parent, at }: { readonly child: number; readonly parent: number; readonly at: string }): void {
    this.forks.push({ child, parent, at: parseLsn(at) });
  }

  /** The rows that a server has which replayed to `end` on `timeline`. */
  upTo({ timeline, end }: { readonly timeline: number; readonly end: bigint }): readonly Mark[] {
    const fork = this.forks.find(({ child }) => child === timeline);
    const before = fork === undefined ? [] : this.upTo({ timeline: fork.parent, end: fork.at < end ? fork.at : end });
    const own = this.written.filter((mark) => mark.timeline === timeline && mark.lsn <= end);
    return [...before, ...own].sort((a, b) => a.number - b.number);
  }

  /** Everything of a timeline and of those that it descends from. */
  all(timeline: number): readonly Mark[] {
    return this.upTo({ timeline, end: 1n << 64n });
  }

  /** The segment that holds a row's commit: its name on the row's own timeline. */
  segmentOf(mark: Mark): string {
    return nameOf(mark.timeline, (mark.lsn - 1n) / SEGMENT);
  }

  /** The segment of timeline 1 that holds the place, as PostgreSQL prints it. */
  segmentAt(lsn: string): string {
    return nameOf(1, parseLsn(lsn) / SEGMENT);
  }

  /** The same of a row by its number. */
  segmentWith(number: number): string {
    const mark = this.written.find((each) => each.number === number);
    if (mark === undefined) throw new Error(`row ${number} was never written`);
    return this.segmentOf(mark);
  }
}
