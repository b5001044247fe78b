/**
 * Times and durations as people type them: `40m ago`, `2016-03-17 06:10 +01:00`, `… Europe/Berlin`, or
 * bare. A bare time is read as UTC, and the caller echoes `text` so that nobody has to guess.
 */
import { refuse } from "../../errors.ts";
import { MONTHS } from "./months.ts";

interface TypedTime {
  readonly at: Date;
  /** How it was understood, in UTC: to be echoed if `bare` is true. */
  readonly text: string;
  /** No zone was given. */
  readonly bare: boolean;
}

const SECOND = 1000;
const DAY = 86_400 * SECOND;
const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: SECOND,
  m: 60 * SECOND,
  h: 3600 * SECOND,
  d: DAY,
  w: 7 * DAY,
};
const AMOUNTS = /^(?:\d+(?:\.\d+)?\s*(?:ms|[smhdw])\s*)+$/;
const AMOUNT = /(\d+(?:\.\d+)?)\s*(ms|[smhdw])/g;
const ABSOLUTE = /^(?:(\d{4}-\d\d-\d\d)(?:[T ]|$))?(?:(\d\d?:\d\d(?::\d\d)?)(?:[.,](\d{1,9}))?)?\s*(.*)$/;
/** No time has more characters. */
const LONGEST_TEXT = 200;
/** Longer than this is a slip of the finger, and would overflow dates. */
const LONGEST = 100 * 365 * DAY;

/** Milliseconds of `90s`, `40m`, `1h30m`, `2d`. Throws `usage`. */
export function parseDuration(text: string): number {
  const trimmed = text.trim();
  const total = AMOUNTS.test(trimmed)
    ? [...trimmed.matchAll(AMOUNT)].reduce((sum, [, count, unit = ""]) => sum + Number(count) * (UNITS[unit] ?? 0), 0)
    : Number.NaN;
  if (total > 0 && total <= LONGEST) return Math.round(total);
  throw refuse("usage", `"${text}" is not a duration`).advise(
    "Write a number with a unit, such as 90s, 40m, 1h30m or 2d.",
  );
}

/** Throws `usage` for what is no time, or lies in no calendar. */
export function parseTime(text: string, now: Date): TypedTime {
  const trimmed = text.trim();
  const parsed =
    trimmed.length > LONGEST_TEXT
      ? undefined
      : (parseRelative(trimmed, now) ?? parseAbsolute(trimmed, now) ?? parsePasted(trimmed, now));
  if (parsed !== undefined) return parsed;
  throw refuse("usage", `"${text}" is not a time`).advise(
    'Write "40m ago", "2016-03-17T06:10:17Z", "2016-03-17 06:10 +01:00" or "06:10" (UTC), or paste it as a log shows it.',
  );
}

/** Throws `usage` for a day with two readings. */
function parsePasted(text: string, now: Date): TypedTime | undefined {
  const [one, other] = pastedTime(text, now) ?? [];
  const times = [one, other].flatMap((each) => (each === undefined ? [] : [parseAbsolute(each, now)]));
  const [first, second] = times.flatMap((each) => each ?? []);
  if (first === undefined || second === undefined) return first;
  const readings = `"${text}" is ${first.text} with its day first, and ${second.text} with its month first`;
  throw refuse("usage", readings).advise(`Write the one that is meant: ${first.text} or ${second.text}.`);
}

function parseRelative(text: string, now: Date): TypedTime | undefined {
  if (text === "now") return understood(now.getTime(), false);
  const amount = /^(.+?)\s+ago$/.exec(text)?.[1];
  return amount === undefined ? undefined : understood(now.getTime() - parseDuration(amount), false);
}

function parseAbsolute(text: string, now: Date): TypedTime | undefined {
  const [, day, clock, fraction = "", zone = ""] = ABSOLUTE.exec(text) ?? [];
  if (day === undefined && clock === undefined) return undefined;
  const time = (clock ?? "00:00").padStart(clock?.match(/^\d:/) ? clock.length + 1 : 0, "0");
  const wall = Date.parse(`${day ?? now.toISOString().slice(0, 10)}T${time}${time.length === 5 ? ":00" : ""}Z`);
  const offset = zone === "" ? 0 : zoneOffset(zone, wall);
  if (Number.isNaN(wall) || offset === undefined || !isCalendarDay(day, wall)) return undefined;
  const at = wall - offset + Number(`0.${fraction || "0"}`) * SECOND;
  // A time of day alone is the last one that has been.
  return understood(day === undefined && at > now.getTime() ? at - DAY : at, zone === "");
}

/** `Date.parse` takes the 30th of February for a day in March. */
function isCalendarDay(day: string | undefined, wall: number): boolean {
  return day === undefined || new Date(wall).toISOString().startsWith(day);
}

function understood(ms: number, bare: boolean): TypedTime | undefined {
  const at = new Date(Math.floor(ms));
  if (Number.isNaN(at.getTime())) return undefined;
  return { at, text: at.toISOString().replace(".000Z", "Z"), bare };
}

/** Milliseconds east of UTC; undefined for a zone that nobody knows. */
function zoneOffset(zone: string, wall: number): number | undefined {
  if (/^(?:Z|UTC|GMT)$/i.test(zone)) return 0;
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(zone);
  if (match !== null) {
    const [, sign, hours, minutes = "0"] = match;
    // Baker Island is the last to see a day, and the Line Islands are the first.
    if (Number(hours) > (sign === "-" ? 12 : 14) || Number(minutes) > 59) return undefined;
    return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60 * SECOND;
  }
  return namedOffset(zone, wall);
}

/** Of an IANA zone at that wall time: asked twice, because the answer depends on the instant that it gives. */
function namedOffset(zone: string, wall: number): number | undefined {
  // Abbreviations such as PST name several zones, or ignore daylight saving.
  if (!zone.includes("/")) return undefined;
  try {
    const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
    const offsetAt = (ms: number) => {
      const name = format.formatToParts(ms).find((part) => part.type === "timeZoneName")?.value ?? "";
      return name === "GMT" ? 0 : zoneOffset(name.replace("GMT", ""), wall);
    };
    const first = offsetAt(wall);
    return first === undefined ? undefined : offsetAt(wall - first);
  } catch {
    return undefined;
  }
}

/**
 * Times as other programs print them, which people paste: Kibana, Grafana, CloudWatch, access logs, mails, and counts since
 * 1970. Each becomes the form that `parseTime` reads: one reading, or the two
 * that a day such as 11/12/2026 has.
 */
type Readings = readonly [string] | readonly [dayFirst: string, monthFirst: string];

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
function pastedTime(text: string, now: Date): Readings | undefined {
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
  if (hour === undefined || (half?.toLowerCase() === "a" && Number(hour) > 12)) return undefined;
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toLowerCase() === "p" ? 12 : 0);
  return `${String(hours).padStart(2, "0")}${rest} ${zone}`.trim();
}

const ofEpoch = (seconds: number, fraction: string): string =>
  `${new Date(seconds * 1000).toISOString().slice(0, -5)}.${fraction === "" ? "0" : fraction}Z`;
