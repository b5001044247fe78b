/** Durations in a runbook: `90s`, `10m`, `1h30m`, `500ms`; what src/kit/text/time.ts reads, but without errors of its own. */
import { RecoverError } from "../../errors.ts";
import { parseDuration as parse } from "../../kit/text/time.ts";

/** Milliseconds; undefined where the text is no duration. Zero is none. */
export function parseDuration(text: string): number | undefined {
  try {
    return parse(text);
  } catch (thrown) {
    if (thrown instanceof RecoverError) return undefined;
    throw thrown;
  }
}

export const DURATION_REMEDY = "Write it as `90s`, `10m` or `1h30m`.";
