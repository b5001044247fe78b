/** Durations in a runbook, `90s` or `1h30m`: read as by src/kit/text/time.ts, but without its errors. */
import { RecoverError } from "../../errors.ts";
import { parseDuration as parse } from "../../kit/text/time.ts";

/** Milliseconds; undefined if the text is no duration. Zero is none. */
export function parseDuration(text: string): number | undefined {
  try {
    return parse(text);
  } catch (thrown) {
    if (thrown instanceof RecoverError) return undefined;
    throw thrown;
  }
}

export const DURATION_REMEDY = "Write it as `90s`, `10m` or `1h30m`.";
