/** The commands that move an instance's archive aside and back, as a person types them; `target` may be a placeholder. */
import type { PrintedCommand } from "../../action.js";
import { quote } from "../../shell-quote.js";

/** `replaced`: what the new instance had; `undone`: what an undo took out of the way. */
type Aside = "replaced" | "undone";

/** As `asideLocation` has it. */
export const printedAside = (target: string, run: string, aside: Aside): string =>
  target.replace(/wal$/, `dingo-recover/${run}/${aside}/`);

export function printedMoveAside(target: string, run: string, aside: Aside): PrintedCommand {
  return {
    on: "here",
    line: quote(["aws", "s3", "mv", "--recursive", `${target}/`, printedAside(target, run, aside)]),
  };
}
