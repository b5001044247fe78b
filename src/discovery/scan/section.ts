/** Finds the part of a log file that a window of time lies in, without reading the rest: lines follow one another in time. */
import { readSync } from "node:fs";

export interface Section {
  readonly from: number;
  readonly to: number;
}

export interface Period {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly instantOf: (line: string) => number | undefined;
}

/** Lines come this late, and machines' clocks differ by less. */
const SLACK_MS = 10 * 60_000;
/** Not worth another look. */
const NEAR = 128 * 1024;
/** Looked at between the points of the search: lines that are out of order for longer are noticed. */
const SAMPLE_EVERY = 512 * 1024;
const FEWEST_SAMPLES = 64;
/** To read when a line was written takes longer than to read the line: of many samples one line each is enough. */
const LINES_OF_FEW = 4;
/** Read at a look; more if no line in it says when. */
const LOOKS = [8 * 1024, 64 * 1024, 1024 * 1024] as const;
const NEWLINE = 10;

interface Point {
  readonly offset: number;
  readonly instant: number;
}

/** Undefined if the lines do not tell, or do not follow one another: then all of it has to be read. */
export function sectionOf(
  file: { readonly descriptor: number; readonly size: number },
  period: Period,
): Section | undefined {
  const looks = new Looks(file.descriptor, file.size, period.instantOf);
  const begin = looks.around(period.from - SLACK_MS);
  const end = begin === undefined ? undefined : looks.around(period.to + SLACK_MS);
  if (begin === undefined || end === undefined || !looks.follow()) return undefined;
  return { from: begin.before, to: Math.max(begin.before, end.after) };
}

/**
 * When the first line was written that is no earlier than the period's begin: infinity if there is none; undefined as
 * above.
 */
export function firstLineFrom(
  file: { readonly descriptor: number; readonly size: number },
  { from, instantOf }: Period,
): number | undefined {
  const looks = new Looks(file.descriptor, file.size, instantOf);
  const near = looks.around(from);
  if (near === undefined || !looks.follow()) return undefined;
  return looks.firstFrom(from, near.before);
}

class Looks {
  readonly #points: Point[] = [];
  readonly #descriptor: number;
  readonly #size: number;
  readonly #instantOf: Period["instantOf"];

  constructor(descriptor: number, size: number, instantOf: Period["instantOf"]) {
    this.#descriptor = descriptor;
    this.#size = size;
    this.#instantOf = instantOf;
  }

  /** Lines before `before` are earlier than the instant, those from `after` on are not. */
  around(instant: number): { readonly before: number; readonly after: number } | undefined {
    const first = this.#points[0] ?? this.#look(0);
    if (first === undefined) return undefined;
    let [before, after] = first.instant < instant ? this.#narrowest(instant) : [0, first.offset];
    while (after - before > NEAR) {
      const middle = Math.floor((before + after) / 2);
      const point = this.#look(middle);
      if (point === undefined) return undefined;
      if (point.instant < instant && point.offset < after) before = point.offset;
      else after = middle;
    }
    return { before, after };
  }

  /** By the points that were seen for another instant. */
  #narrowest(instant: number): [before: number, after: number] {
    const earlier = this.#points.filter((point) => point.instant < instant).map(({ offset }) => offset);
    const others = this.#points.filter((point) => point.instant >= instant).map(({ offset }) => offset);
    return [Math.max(...earlier), Math.min(this.#size, ...others)];
  }

  /** Of the lines from `before` on. */
  firstFrom(instant: number, before: number): number | undefined {
    // `#look(at)` finds the line behind the one that holds `at`: for the line at `before` the search begins one byte
    // earlier.
    for (let at = Math.max(0, before - 1); ; ) {
      const point = this.#look(at);
      if (point === undefined || point.instant >= instant) return point?.instant;
      // Lines do not follow one another.
      if (point.offset > before + 2 * NEAR) return undefined;
      at = point.offset + 1;
    }
  }

  /**
   * Whether the seen points are in the order of time, and so are samples of all the file: lines of two machines, one
   * behind the other or in turns, can hide from a search that halves.
   */
  follow(): boolean {
    return isInOrder(this.#points) && isInOrder([...this.#points, ...this.#samples()]);
  }

  /** The first dated lines of pieces that lie evenly in the file, the last of them at its end: a short log may be put there. */
  #samples(): readonly Point[] {
    const count = Math.max(FEWEST_SAMPLES, Math.ceil(this.#size / SAMPLE_EVERY));
    const lines = count > FEWEST_SAMPLES ? 1 : LINES_OF_FEW;
    const step = Math.max(LOOKS[0], Math.floor(this.#size / count));
    const points: Point[] = [];
    const buffer = Buffer.allocUnsafe(LOOKS[0]);
    const last = Math.max(0, this.#size - LOOKS[0]);
    for (let at = 0; at < this.#size; at = at < last ? Math.min(at + step, last) : this.#size) {
      const bytes = buffer.subarray(0, readSync(this.#descriptor, buffer, 0, buffer.length, at));
      let from = at === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
      if (from === 0 && at > 0) continue;
      const most = at === last ? Number.POSITIVE_INFINITY : lines;
      for (let read = 0; read < most; read += 1) {
        const found = this.#datedFrom(bytes, from, at);
        if (found === undefined) break;
        points.push(found.point);
        from = found.next;
      }
    }
    return points;
  }

  /** The first line that begins after `at` and says when. The file's last lines may say nothing: then the end of time. */
  #look(at: number): Point | undefined {
    for (const size of LOOKS) {
      const buffer = Buffer.allocUnsafe(Math.min(size, this.#size - at));
      const bytes = buffer.subarray(0, readSync(this.#descriptor, buffer, 0, buffer.length, at));
      const found = this.#firstDated(bytes, at);
      if (found !== undefined) {
        this.#points.push(found);
        return found;
      }
      if (at + bytes.length >= this.#size) return { offset: this.#size, instant: Number.POSITIVE_INFINITY };
    }
    return undefined;
  }

  #firstDated(bytes: Buffer, at: number): Point | undefined {
    const start = at === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
    return start === 0 && at > 0 ? undefined : this.#datedFrom(bytes, start, at)?.point;
  }

  #datedFrom(bytes: Buffer, from: number, at: number): { readonly point: Point; readonly next: number } | undefined {
    let start = from;
    for (let stop = bytes.indexOf(NEWLINE, start); stop >= 0; stop = bytes.indexOf(NEWLINE, start)) {
      const instant = this.#instantOf(bytes.toString("utf8", start, stop));
      if (instant !== undefined) return { point: { offset: at + start, instant }, next: stop + 1 };
      start = stop + 1;
    }
    return undefined;
  }
}

/**
 * True when no line is earlier than a line before it by more than `SLACK_MS`: clocks of machines differ by that much.
 */
function isInOrder(points: readonly Point[]): boolean {
  let latest = Number.NEGATIVE_INFINITY;
  for (const { instant } of points.toSorted((a, b) => a.offset - b.offset)) {
    if (instant < latest - SLACK_MS) return false;
    latest = Math.max(latest, instant);
  }
  return true;
}
