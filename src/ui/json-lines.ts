/** One JSON document a line on stdout, for scripts; nobody answers (DESIGN §4, --json). */
import type { Operator } from "../ports/operator.js";
import type { Output } from "./output.js";
import { NOBODY, type Renderer } from "./renderer.js";

export function jsonRenderer(output: Output, operator: Operator = NOBODY): Renderer {
  return {
    sink: (event) => output.json(event),
    say: (text) => output.error(text),
    operator,
    close: () => Promise.resolve(),
  };
}
