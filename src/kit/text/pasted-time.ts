/**
 * Times as other programs print them, which people paste: Kibana, Grafana, CloudWatch, access logs, mails, and counts since
 * 1970. Each becomes the form that `parseTime` reads.
 */
import { MONTHS } from "./months.ts";

/** One reading, or the two that a day such as 11/12/2026 has. */
export type Readings = readonly [string] | readonly [dayFirst: string, monthFirst: string];

/** Seconds since 1970, with or without milli-, micro- or nanoseconds. */
const EPOCH = /^(\d{10})(?:\.(\d{1,9})|(\d{3}|\d{6}|\d{9}))?$/;
const WEEKDAY = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+/i;
const CLOCK = /^(\d{1,2})(:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)(?:\s*([ap])\.?m\.?(?![a-z]))?\s*(.*)$/i;

const YEAR_FIRST = /^(\d{4})\/(\d{1,2})\/(\d{1,2})(?!\d)/;
const DOTTED = /^(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)/;
const YEAR_LAST = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?!\d)/;
const MONTH_FIRST = /^([a-z]{3})[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:\s+(\d{4}))?(?![\d:])/i;
const DAY_FIRST = /^(\d{1,2})(?:\.|st|nd|rd|th)?[\s/]+([a-z]{3})[a-z]*\.?(?:[\s/]+(\d{4}))?(?!\d)/i;

/** Undefined for a text of another form. */
export function pastedTime(text: string, now: Date): Readings | undefined {
  const [, seconds, fraction, finer] = EPOCH.exec(text) ?? [];
  if (seconds !== undefined) return [ofEpoch(Number(seconds), fraction ?? finer ?? "")];
  const words = text
    .replace(WEEKDAY, "")
    .replace(/\(UTC([+-]\d\d:?\d\d)?\)/i, (_all, zone: string | undefined) => zone ?? "UTC")
    .replace(/\s*(?:@|,|\bat\b)\s*/gi, " ");
  for (const read of [ofNumbers, ofNames]) {
    const found = read(words, now);
    if (found === undefined) continue;
    const clock = clockOf(words.slice(found.length).replace(/^[\s:]+/, ""));
    const [first, second] = found.days.map((day) => `${day} ${clock ?? ""}`.trim());
    if (clock === undefined || first === undefined) return undefined;
    return second === undefined || second === first ? [first] : [first, second];
  }
  return undefined;
}

interface Days {
  /** As 2026-11-20. */
  readonly days: readonly string[];
  /** Characters of the text. */
  readonly length: number;
}

function ofNumbers(text: string): Days | undefined {
  const [all = "", year, month, day] = YEAR_FIRST.exec(text) ?? [];
  if (year !== undefined) return { days: [dayOf(year, month, day)], length: all.length };
  // No country writes the month first with dots.
  const [dotted, ofMonth, itsMonth, itsYear] = DOTTED.exec(text) ?? [];
  if (dotted !== undefined) return { days: [dayOf(itsYear, itsMonth, ofMonth)], length: dotted.length };
  const [slashed, one, other, last] = YEAR_LAST.exec(text) ?? [];
  if (slashed === undefined) return undefined;
  const dayFirst = Number(other) > 12 ? [] : [dayOf(last, other, one)];
  const monthFirst = Number(one) > 12 ? [] : [dayOf(last, one, other)];
  return { days: [...dayFirst, ...monthFirst], length: slashed.length };
}

function ofNames(text: string, now: Date): Days | undefined {
  const [monthFirst, name, day, year] = MONTH_FIRST.exec(text) ?? [];
  const [dayFirst, itsDay, itsName, itsYear] = DAY_FIRST.exec(text) ?? [];
  const found = monthFirst ?? dayFirst;
  const called = (name ?? itsName ?? "").toLowerCase();
  const month = MONTHS.findIndex((each) => each.toLowerCase() === called) + 1;
  if (found === undefined || month === 0) return undefined;
  const days = dayOf(year ?? itsYear ?? String(now.getUTCFullYear()), String(month), day ?? itsDay);
  if ((year ?? itsYear) !== undefined || Date.parse(days) <= now.getTime())
    return { days: [days], length: found.length };
  // Without a year, the last such day that has been.
  return { days: [`${now.getUTCFullYear() - 1}${days.slice(4)}`], length: found.length };
}

const dayOf = (year = "", month = "", day = ""): string => `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;

/** Of 24 hours; undefined for words that are no time of day. */
function clockOf(text: string): string | undefined {
  if (text === "") return "";
  const [, hour, rest = "", half, zone = ""] = CLOCK.exec(text) ?? [];
  if (hour === undefined) return undefined;
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toLowerCase() === "p" ? 12 : 0);
  return `${String(hours).padStart(2, "0")}${rest} ${zone}`.trim();
}

const ofEpoch = (seconds: number, fraction: string): string =>
  `${new Date(seconds * 1000).toISOString().slice(0, -5)}.${fraction === "" ? "0" : fraction}Z`;
