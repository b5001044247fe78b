/** The search that a person makes; each value may be a placeholder. */
import type { PrintedCommand } from "../../../action.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { whereEmpty } from "../../../kit/commands/printed-cases.ts";

/** `around`: "" if nobody knows it. */
export function printedDiscover(wanted: readonly string[], around: string): readonly PrintedCommand[] {
  const search = ["dingo-recover", "discover", "--cf-events", ...wanted];
  return whereEmpty(around, {
    empty: [{ on: "here", line: quote(search) }],
    given: [{ on: "here", line: quote([...search, "--around", around]) }],
  });
}
