/** Lines as they come, for logs, pipes, screen readers and dumb terminals. */
import type { Operator } from "../ports/operator.js";
import { eventLines } from "./event-lines.js";
import type { Output } from "./output.js";
import { NOBODY, type Renderer } from "./renderer.js";

export function plainRenderer(
  output: Output,
  { verbose, operator = NOBODY }: { readonly verbose: boolean; readonly operator?: Operator },
): Renderer {
  return {
    sink: (event) => {
      for (const line of eventLines(event, { width: Math.min(output.columns, 120), verbose })) output.line(line);
    },
    say: (text) => output.error(text),
    operator,
    close: () => Promise.resolve(),
  };
}
