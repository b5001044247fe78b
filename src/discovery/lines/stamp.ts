/**
 * Instants as logs give them. A double cannot hold an epoch with nanoseconds (`Number("1458195017.896692991")` loses
 * digits), so the text keeps every digit and the number serves arithmetic only.
 */
export interface Stamp {
  /** Milliseconds since 1970, truncated. */
  readonly ms: number;
  /** RFC 3339 in UTC with as many fraction digits as the source gave. */
  readonly text: string;
}

/** Of a line that says nothing of when. */
export const UNDATED: Stamp = { ms: Number.NEGATIVE_INFINITY, text: "" };

const EPOCH = /^(\d{1,11})(?:\.(\d{1,9})\d*)?$/;
/** Milliseconds, microseconds or nanoseconds since 1970, as collectors count. */
const FINE = /^(\d{10})(\d{3}|\d{6}|\d{9})(?:\.\d+)?$/;
/** `-00` is how wal-e writes UTC; `Date.parse` answers NaN to it. */
const ISO = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?(Z|[+-]\d\d(?::?\d\d)?)$/;

/** Of lager: "1795265923.701066017". */
export function fromEpoch(text: string): Stamp | undefined {
  const match = EPOCH.exec(text);
  if (match === null) return undefined;
  return assemble(Number(match[1]) * 1000, match[2] ?? "");
}

/** Of a field that holds a time and does not say in which form. */
export function anyStamp(text: string): Stamp | undefined {
  const [, seconds, fraction = ""] = FINE.exec(text) ?? [];
  return seconds === undefined ? (fromEpoch(text) ?? fromIso(text)) : assemble(Number(seconds) * 1000, fraction);
}

/** RFC 3339 with a zone; undefined without one, because a naked time is not an instant. */
export function fromIso(text: string): Stamp | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, day, time, fraction = "", zone = "Z"] = match;
  const whole = Date.parse(`${day}T${time}${normalisedZone(zone)}`);
  return Number.isNaN(whole) ? undefined : assemble(whole, fraction);
}

export function fromDate(date: Date): Stamp {
  return { ms: date.getTime(), text: date.toISOString() };
}

/** For a person: leaves out the digits behind the milliseconds. A text that is no such time stays as it is. */
export function plainTime(text: string): string {
  return text.replace(/(\.\d{3})\d+Z$/, "$1Z");
}

/** Orders by every digit, not only by milliseconds. */
export function compareStamps(a: Stamp, b: Stamp): number {
  if (a.ms !== b.ms) return a.ms - b.ms;
  return a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
}

function normalisedZone(zone: string): string {
  if (zone === "Z") return "Z";
  const minutes = zone.length === 3 ? "00" : zone.slice(-2);
  return `${zone.slice(0, 3)}:${minutes}`;
}

function assemble(wholeMs: number, fraction: string): Stamp | undefined {
  const whole = new Date(wholeMs);
  if (Number.isNaN(whole.getTime())) return undefined;
  const millis = Number(fraction.padEnd(3, "0").slice(0, 3));
  const base = whole.toISOString().slice(0, -5);
  return { ms: wholeMs + millis, text: fraction === "" ? `${base}Z` : `${base}.${fraction}Z` };
}
