/**
 * The clock of one host in one file: learns the zone offset and the year of naked RFC 3164 times from lines that also
 * carry an exact time inside (facts: cf-bosh.md §5.1), and turns the other naked times into instants.
 */
import type { NakedTime } from "./envelope.ts";

interface Reading {
  /** The naked time read as if it were UTC, with its year. */
  readonly nakedMs: number;
  readonly offsetMs: number;
}

const MINUTE = 60_000;
/** Zones are multiples of a quarter of an hour, within ±14 h; the rest is delay on the way. */
const STEP = 15 * MINUTE;
const WIDEST = 14 * 60 * MINUTE + STEP;
const LONGEST_DELAY = 5 * MINUTE;
const DAY = 24 * 60 * MINUTE;

export class SourceClock {
  /** First and last reading of each stretch of equal offset: a change is daylight saving or another machine. */
  readonly #readings: Reading[] = [];

  /** `trueMs` is the time of the line's own inner stamp. */
  observe(naked: NakedTime, trueMs: number): void {
    const year = new Date(trueMs).getUTCFullYear();
    const nakedMs = nearest(naked, year, trueMs);
    const offsetMs = Math.round((nakedMs - trueMs) / STEP) * STEP;
    if (Math.abs(offsetMs) > WIDEST || Math.abs(nakedMs - trueMs - offsetMs) > LONGEST_DELAY) return;
    const reading = { nakedMs, offsetMs };
    const [before, last] = this.#readings.slice(-2);
    if (last !== undefined && last.offsetMs === offsetMs && before?.offsetMs === offsetMs) this.#readings.pop();
    this.#readings.push(reading);
  }

  /** Milliseconds since 1970; undefined before anything was learned. */
  resolve(naked: NakedTime): number | undefined {
    let best: { readonly distance: number; readonly ms: number } | undefined;
    for (const reading of this.#readings) {
      const nakedMs = nearest(naked, new Date(reading.nakedMs).getUTCFullYear(), reading.nakedMs);
      const distance = Math.abs(nakedMs - reading.nakedMs);
      if (best === undefined || distance < best.distance) best = { distance, ms: nakedMs - reading.offsetMs };
    }
    return best?.ms;
  }

  /** Offsets learned, as "-08:00", in order of appearance. */
  get offsets(): readonly string[] {
    return [...new Set(this.#readings.map((reading) => formatOffset(reading.offsetMs)))];
  }
}

/** Without anything learned: the latest year that does not lie in the future of the file. The zone stays unknown. */
export function guessFromFile(naked: NakedTime, modifiedAt: Date): number {
  const latest = modifiedAt.getTime() + DAY;
  const year = modifiedAt.getUTCFullYear() + 1;
  const years = Array.from({ length: BETWEEN_LEAP_YEARS + 2 }, (_, back) => year - back);
  const guesses = years.filter((candidate) => hasDay(naked, candidate)).map((candidate) => asUtc(naked, candidate));
  return guesses.find((guess) => guess <= latest) ?? asUtc(naked, year - 2);
}

/** Around a century that has none. */
const BETWEEN_LEAP_YEARS = 8;

/** February 29 is a day of few years. */
function hasDay({ month, day }: NakedTime, year: number): boolean {
  return new Date(Date.UTC(year, month, day)).getUTCMonth() === month;
}

function nearest(naked: NakedTime, year: number, toMs: number): number {
  const guesses = [year - 1, year, year + 1].map((candidate) => asUtc(naked, candidate));
  return guesses.reduce((best, guess) => (Math.abs(guess - toMs) < Math.abs(best - toMs) ? guess : best));
}

function asUtc(naked: NakedTime, year: number): number {
  return Date.UTC(year, naked.month, naked.day) + naked.secondOfDay * 1000;
}

function formatOffset(offsetMs: number): string {
  const minutes = Math.abs(offsetMs) / MINUTE;
  const two = (value: number) => String(value).padStart(2, "0");
  return `${offsetMs < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
