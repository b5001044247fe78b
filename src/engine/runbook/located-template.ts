/** Templates of the document, with the place of each reference. */
import { follow, type Knowledge } from "../expression/field.ts";
import { ANY, type Shape, shapeName } from "../expression/shape.ts";
import { quoted } from "../../kit/text/printable.ts";
import type { Findings } from "../../kit/yaml/findings.ts";
import { type Located, type LocatedScalar, offsetWithin } from "../../kit/yaml/located.ts";
import { scan, templateOf } from "./resolve.ts";
import type { Template } from "./runbook.ts";

/** One reference: where it stands in the document and inside the value. */
export interface Use {
  readonly path: readonly string[];
  readonly at: number;
  /** Keys and indexes that lead to it, from the value that was read. */
  readonly where: readonly PropertyKey[];
  /** The whole value is the reference. */
  readonly whole: boolean;
}

export interface LocatedTemplate {
  readonly node: Located;
  readonly template: Template;
  readonly uses: readonly Use[];
}

export function readTemplate(findings: Findings, node: Located): LocatedTemplate {
  const uses: Use[] = [];
  return { node, template: convert(node, []), uses };

  function convert(at: Located, where: readonly PropertyKey[]): Template {
    if (at.kind === "list")
      return { kind: "list", items: at.items.map((item, index) => convert(item, [...where, index])) };
    if (at.kind === "scalar")
      return typeof at.value === "string" ? text(at, at.value, where) : { kind: "literal", value: at.value };
    const entries = [...at.entries].map(([key, entry]) => {
      if (key.includes("${{"))
        findings.add(entry.keyAt, {
          message: "a reference stands in a key",
          remedy: "References may stand in values only.",
        });
      return [key, convert(entry.value, [...where, key])] as const;
    });
    return { kind: "map", entries: Object.fromEntries(entries) };
  }

  function text(at: LocatedScalar, value: string, where: readonly PropertyKey[]): Template {
    const { parts, problems } = scan(value);
    for (const problem of problems) findings.add(offsetWithin(findings.text, at, problem.at), problem);
    const template = problems.length === 0 ? templateOf(value, parts) : { kind: "literal" as const, value };
    for (const part of parts)
      if (typeof part !== "string")
        uses.push({
          path: part.path,
          at: offsetWithin(findings.text, at, part.at),
          where,
          whole: template.kind === "reference",
        });
    return template;
  }
}

/** A use with the shape of what it refers to. */
export interface ShapedUse extends Use {
  readonly shape: Shape;
}

/** Checks each reference against the scope. If one is wrong, its shape is `any`, so that nothing else is said of it. */
export function checkUses(
  findings: Findings,
  uses: readonly Use[],
  known: Knowledge & { readonly scope: Shape },
): readonly ShapedUse[] {
  return uses.map((use) => {
    const found = follow(known.scope, use.path, known);
    if ("finding" in found) {
      findings.add(use.at, found.finding);
      return { ...use, shape: ANY };
    }
    if (!use.whole) checkInText(findings, use, found.shape);
    return { ...use, shape: found.shape };
  });
}

function checkInText(findings: Findings, use: Use, shape: Shape): void {
  const name = quoted(use.path.join("."));
  if (shape.kind === "list" || shape.kind === "object" || shape.kind === "null")
    findings.add(use.at, {
      message: `${name} is ${shapeName(shape)} and cannot stand inside a text`,
      remedy: "Refer to one of its fields, or let the reference be the whole value.",
    });
  else if (shape.nullable === true)
    findings.add(use.at, {
      message: `${name} may be null and cannot stand inside a text`,
      remedy: `Give the step \`when: ${use.path.join(".")} != null\`, or let the reference be the whole value.`,
    });
}
