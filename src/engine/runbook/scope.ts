/** The scope of a step's references: inputs, the steps before it, its item, the run and the flags. */
import type { Finding } from "../../kit/text/diagnostic.ts";
import { type Explain, type Facts, NO_FACTS, union } from "../expression/field.ts";
import { ANY, type Field, objectShape, type Shape } from "../expression/shape.ts";
import { quoted } from "../../kit/text/printable.ts";
import type { InputDraft } from "./inputs.ts";
import type { InputSpec } from "./runbook.ts";

/** A step's key in the scope: CEL would read `-` as minus. */
export function scopeKey(stepId: string): string {
  return stepId.replaceAll("-", "_");
}

const TEXT: Shape = { kind: "string" };

const INPUT_SHAPES: Readonly<Record<InputSpec["type"], Shape>> = {
  string: TEXT,
  guid: TEXT,
  time: TEXT,
  duration: TEXT,
  integer: { kind: "integer" },
  boolean: { kind: "boolean" },
  list: { kind: "list", items: TEXT },
};

interface Known {
  readonly field: Field;
  /** Facts that held if the step ran. */
  readonly facts: Facts;
}

export class Scope {
  readonly #inputs: Shape;
  /** Every step of the runbook, by key. */
  readonly #ids: ReadonlyMap<string, string>;
  readonly #known = new Map<string, Known>();
  readonly #isWhole: boolean;
  #targetKnown = false;

  /** Unless it is whole, steps may be named that are not in it. */
  constructor(inputs: readonly InputDraft[], stepIds: readonly string[], isWhole: boolean) {
    this.#isWhole = isWhole;
    this.#inputs = objectShape(inputs.map((input) => [input.name, inputShape(input)]));
    this.#ids = new Map(stepIds.map((id) => [scopeKey(id), id]));
  }

  /** From here on the step's output can be referred to. `facts`: what its `when` established, or undefined without one. */
  add(stepId: string, output: Shape, facts: Facts | undefined): void {
    this.#known.set(scopeKey(stepId), {
      field: { shape: output, optional: facts !== undefined },
      facts: facts ?? NO_FACTS,
    });
  }

  /** From here on `run.target` can be referred to. */
  fixTarget(): void {
    this.#targetKnown = true;
  }

  /** The shape of the whole scope; `own` is the step's fresh output, `item` the item of a for_each. */
  shape(extra: { readonly own?: readonly [string, Shape]; readonly item?: Shape } = {}): Shape {
    const steps: [string, Field | Shape][] = [...this.#known].map(([key, { field }]) => [key, field]);
    if (extra.own !== undefined) steps.push([scopeKey(extra.own[0]), extra.own[1]]);
    return objectShape([
      ["inputs", this.#inputs],
      ["steps", objectShape(steps, !this.#isWhole)],
      ["run", objectShape([["id", TEXT], ...(this.#targetKnown ? ([["target", TEXT]] as const) : [])])],
      ["flags", objectShape([["accept_loss", { kind: "integer" }]])],
      ...(extra.item === undefined ? [] : ([["item", extra.item]] as const)),
    ]);
  }

  /** Facts with all that follows from them: if `steps.x` ran, what its `when` asked for held. */
  implied(facts: Facts): Facts {
    const all = new Set(facts);
    // A set that grows while it is walked is walked to its end.
    for (const fact of all)
      if (fact.startsWith("steps."))
        for (const more of this.#known.get(fact.split(".")[1] ?? "")?.facts ?? []) all.add(more);
    return union(all, new Set([...all].flatMap(prefixes)));
  }

  readonly explain: Explain = ([root, name, ...deeper]) => {
    if (deeper.length > 0) return undefined;
    if (root === "item")
      return {
        message: 'there is no "item" here',
        remedy: "Only a step with for_each has one, in `with`, `assert` and `until`.",
      };
    if (root === "run" && name === "target")
      return {
        message: "the target is not known before this step",
        remedy: "Refer to run.target only after the steps that `target` refers to.",
      };
    return root === "steps" && name !== undefined ? this.#explainStep(name) : undefined;
  };

  #explainStep(name: string): Finding | undefined {
    const later = this.#ids.get(name);
    if (later !== undefined)
      return {
        message: `the step ${quoted(later)} has not run here`,
        remedy: "Refer only to steps before this one, or move this step down.",
      };
    const dashed = [...this.#ids].filter(([key, id]) => id !== key && id.startsWith(`${name}-`));
    if (dashed.length === 0) return undefined;
    return {
      message: `there is no step ${quoted(name)}: in an expression "-" is read as minus`,
      remedy: `Write ${dashed.map(([key, id]) => `\`steps.${key}\` for the step "${id}"`).join(", or ")}.`,
    };
  }
}

/** `steps.a.b` is there only if `steps.a` is. */
function prefixes(fact: string): string[] {
  const parts = fact.replace(/!$/u, "").split(".");
  return parts.map((_, index) => parts.slice(0, index + 1).join("."));
}

function inputShape({ type, default: fallback }: InputDraft): Shape {
  const shape = type === undefined ? ANY : INPUT_SHAPES[type];
  return fallback === null ? { ...shape, nullable: true } : shape;
}
