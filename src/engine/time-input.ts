/** Times as people give them: `40m ago`, or ISO 8601 with a zone or an offset; a bare one is UTC. Pure. */

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const AGO = /^(\d{1,6})\s*([smhd])(?:\s*ago)?$/;
const STAMP = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?))?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/;

/** Undefined where the text is no time. */
export function parseTime(text: string, now: Date): Date | undefined {
  const [, count, unit] = AGO.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return new Date(now.getTime() - Number(count) * (UNITS_MS[unit] ?? 0));
  const [whole, day, time = "00:00", zone = "Z"] = STAMP.exec(text) ?? [];
  if (whole === undefined || day === undefined) return undefined;
  const offset = zone === "UTC" ? "Z" : zone.replace(/^([+-]\d{2})(\d{2})$/, "$1:$2");
  const date = new Date(`${day}T${time}${offset}`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
