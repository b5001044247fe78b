/** Expressions and templates for the engine; src/engine/expression and src/engine/runbook/resolve.ts fill it. */
import type { Json, JsonObject } from "../../action.ts";
import type { Expression, Template } from "../runbook/runbook.ts";

export interface Evaluator {
  /** Errors: `expression-failed`. */
  evaluate(expression: Expression, scope: JsonObject): Json;
  /** Errors: `expression-failed` if a reference has no value. */
  resolve(template: Template, scope: JsonObject): Json;
}
