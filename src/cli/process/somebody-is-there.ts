import type { Output } from "../screen/output.ts";

/** The options that decide whether somebody may be asked. */
interface Asking {
  readonly json: boolean;
  readonly quiet?: boolean | undefined;
  readonly "non-interactive"?: boolean;
}

export function somebodyIsThere(given: Asking, output: Output): boolean {
  if (given.quiet === true) return false;
  const terminal = process.stdin.isTTY && output.isTerminal;
  return terminal && given["non-interactive"] !== true && !given.json;
}
