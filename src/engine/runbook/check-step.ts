/** Checks the references of a step against the steps before it; then the step joins the scope of those behind it. */
import { check, isNeverTrue } from "../expression/expression.ts";
import { type Facts, NO_FACTS } from "../expression/field.ts";
import { ANY, objectShape, type Shape, shapeOf } from "../expression/shape.ts";
import { quoted } from "../../kit/text/printable.ts";
import type { Findings } from "../../kit/yaml/findings.ts";
import { type LocatedScalar, offsetWithin } from "../../kit/yaml/located.ts";
import { checkUses } from "./located-template.ts";
import type { Scope } from "./scope.ts";
import type { StepDraft } from "./step.ts";
import { checkWith } from "./with.ts";

type Text = LocatedScalar & { readonly value: string };

interface Around {
  readonly findings: Findings;
  readonly scope: Scope;
}

interface Asked {
  readonly shape: Shape;
  readonly facts: Facts;
  readonly expected: "boolean" | "list";
}

/**
 * Checks in the engine's order: `when`, `for_each`, `with`, and after the step `assert` and `until`. The last two also
 * see the step's fresh output as `steps.ID`.
 */
export function checkStep(around: Around, draft: StepDraft): void {
  const { scope } = around;
  const when = expression(around, draft.when, { shape: scope.shape(), facts: NO_FACTS, expected: "boolean" });
  const facts = scope.implied(when?.whenTrue ?? NO_FACTS);
  const list = expression(around, draft.forEach, { shape: scope.shape(), facts, expected: "list" });
  const item = list === undefined ? {} : { item: list.shape.kind === "list" ? list.shape.items : ANY };
  checkInput(around, draft, { scope: scope.shape(item), facts });
  const output = draft.action === undefined ? ANY : shapeOf(draft.action.output, "output");
  const own: { own?: [string, Shape] } = draft.id === undefined ? {} : { own: [draft.id.value, output] };
  for (const text of [draft.assert, draft.until])
    expression(around, text, { shape: scope.shape({ ...item, ...own }), facts, expected: "boolean" });
  const seen = list === undefined ? output : objectShape([["items", { kind: "list", items: output }]]);
  if (draft.id !== undefined) scope.add(draft.id.value, seen, draft.when === undefined ? undefined : facts);
}

function checkInput(
  { findings, scope }: Around,
  draft: StepDraft,
  seen: { readonly scope: Shape; readonly facts: Facts },
): void {
  const uses = checkUses(findings, draft.with.uses, { ...seen, explain: scope.explain });
  // An include may give values by which a step of its runbook is always skipped: its input is then nobody's.
  if (draft.when !== undefined && isNeverTrue(draft.when.value)) return;
  if (draft.action !== undefined) checkWith(findings, { action: draft.action, value: draft.with, uses });
}

function expression(
  { findings, scope }: Around,
  node: Text | undefined,
  asked: Asked,
): { readonly shape: Shape; readonly whenTrue: Facts } | undefined {
  if (node === undefined) return undefined;
  const checked = check(node.value, asked.shape, {
    expected: asked.expected,
    facts: asked.facts,
    implied: (facts) => scope.implied(facts),
    explain: scope.explain,
  });
  for (const problem of checked.problems)
    findings.add(offsetWithin(findings.text, node, problem.at), { ...problem, remedy: remedyFor(node, problem) });
  return checked;
}

function remedyFor(node: Text, problem: { readonly message: string; readonly remedy: string }): string {
  if (!node.commented || !problem.message.startsWith("not valid CEL")) return problem.remedy;
  return `YAML takes everything behind " #" for a comment and left ${quoted(node.value)}: put the expression in quotes or under \`>-\`.`;
}
