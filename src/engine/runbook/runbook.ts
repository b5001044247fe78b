/** A runbook as the engine sees it: located, typed, checked. Made by `load.ts` from YAML, or built directly in tests. */
import type { AnyAction, Effect } from "../../action.ts";

export type InputType = "string" | "integer" | "boolean" | "guid" | "time" | "duration" | "list";

export interface InputSpec {
  readonly name: string;
  readonly type: InputType;
  readonly prompt: string;
  /** Absent: the input must be given or asked for. Null: it may stay empty. */
  readonly default?: string | number | boolean | readonly string[] | null;
}

/** A value of `with`: a literal, or text with `${{ … }}` references (paths only), or nested lists and maps of these. */
export type Template =
  | { readonly kind: "literal"; readonly value: string | number | boolean | null }
  /** The whole value is one reference: the type is kept. */
  | { readonly kind: "reference"; readonly path: readonly string[] }
  | { readonly kind: "text"; readonly parts: readonly (string | { readonly path: readonly string[] })[] }
  | { readonly kind: "list"; readonly items: readonly Template[] }
  | { readonly kind: "map"; readonly entries: Readonly<Record<string, Template>> };

/** A checked CEL expression; its text is what the operator sees. */
export interface Expression {
  readonly text: string;
}

export interface Step {
  readonly id: string;
  readonly title: string;
  readonly action: AnyAction;
  /** Raised by the runbook above what the action declares; absent: the action's own effect. */
  readonly effect?: Effect;
  readonly with: Readonly<Record<string, Template>>;
  readonly when?: Expression;
  /** Checked after the step: false fails it. */
  readonly assert?: Expression;
  /** The (read) step is run again until this holds, or its timeout passes. */
  readonly until?: Expression;
  readonly timeoutMs?: number;
  /** A list; the step runs once per item, `item` is bound, each item has its own key in the journal. */
  readonly forEach?: Expression;
  /** Step id up to which the fact of this step must hold; default: to the end of the run. */
  readonly holdsUntil?: string;
}

export interface Runbook {
  readonly name: string;
  readonly version: string;
  readonly title: string;
  /** The operator types this to confirm. */
  readonly target: Template;
  readonly locks: readonly Template[];
  readonly inputs: readonly InputSpec[];
  readonly steps: readonly Step[];
  /** The exact text, and its SHA-256: the first journal entry carries both. */
  readonly text: string;
  readonly sha256: string;
  readonly file: string;
}
