/** One JSON document a line on stdout, for scripts; nobody answers (docs/exit-codes.md). */
import type { Operator } from "../../ports/operator.ts";
import type { Output } from "./output.ts";
import { NOBODY, type Renderer } from "./renderer.ts";

export function jsonRenderer(output: Output, operator: Operator = NOBODY): Renderer {
  return {
    sink: (event) => output.json(event),
    say: (text) => output.error(text),
    operator,
    close: () => Promise.resolve(),
  };
}
