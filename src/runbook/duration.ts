/** Durations as people write them: `90s`, `10m`, `1h30m`, `500ms`. */

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const FORM = /^(?:(\d{1,6})h)?(?:(\d{1,6})m(?!s))?(?:(\d{1,6})s)?(?:(\d{1,6})ms)?$/u;

/** Milliseconds; undefined where the text is no duration. Zero is none. */
export function parseDuration(text: string): number | undefined {
  const [, hours, minutes, seconds, milliseconds] = FORM.exec(text) ?? [];
  const total =
    Number(hours ?? 0) * UNITS.h +
    Number(minutes ?? 0) * UNITS.m +
    Number(seconds ?? 0) * UNITS.s +
    Number(milliseconds ?? 0);
  return total > 0 ? total : undefined;
}

export const DURATION_REMEDY = "Write it as `90s`, `10m` or `1h30m`.";
