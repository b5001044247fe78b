/**
 * Times and durations as people type them (DESIGN §4): `40m ago`, `2016-03-17 06:10 +01:00`, `… Europe/Berlin`, or
 * bare. A bare time is read as UTC, and the caller echoes `text` so that nobody has to guess.
 */
import { refuse } from "../../errors.ts";
import { pastedTime } from "./pasted-time.ts";

export interface TypedTime {
  readonly at: Date;
  /** How it was understood, in UTC: to be echoed where `bare` is true. */
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
  const parsed = parseRelative(trimmed, now) ?? parseAbsolute(trimmed, now) ?? parsePasted(trimmed, now);
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
