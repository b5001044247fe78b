/**
 * A step's `with` against the input schema of its action: unknown and missing keys, literal values, and whether what a
 * reference will bring has the right type. zod judges a sample in which each reference is an empty value of its shape.
 */
import type { AnyAction } from "../../action.ts";
import type { Finding } from "../../kit/text/diagnostic.ts";
import { type Shape, shapeName, shapeOf } from "../expression/shape.ts";
import { printable, quoted } from "../../kit/text/printable.ts";
import { unknownKey } from "../../kit/yaml/fields.ts";
import type { Findings } from "../../kit/yaml/findings.ts";
import { descend, type Located } from "../../kit/yaml/located.ts";
import type { LocatedTemplate, ShapedUse } from "./located-template.ts";

/** The part of zod's issue that is used here. */
interface Issue {
  readonly code?: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

interface Subject {
  readonly action: AnyAction;
  /** The map; a step without `with` has an empty one at the step. */
  readonly value: LocatedTemplate;
  readonly uses: readonly ShapedUse[];
}

export function checkWith(findings: Findings, subject: Subject): void {
  const unknown = new Set<string>();
  const what = `the input of ${subject.action.id}`;
  reportUnknownKeys({ findings, unknown, what }, subject.value.node, shapeOf(subject.action.input, "input"));
  const issues = judge(subject, "filled");
  for (const issue of issues) reportIssue(findings, subject, issue);
  const before = new Set(issues.map(({ path }) => path.join(".")));
  for (const issue of judge(subject, "null"))
    if (!before.has(issue.path.join("."))) reportNull(findings, subject, issue);
}

function reportUnknownKeys(
  report: { readonly findings: Findings; readonly unknown: Set<string>; readonly what: string },
  node: Located,
  shape: Shape,
): void {
  if (node.kind === "list" && shape.kind === "list")
    for (const item of node.items) reportUnknownKeys(report, item, shape.items);
  if (node.kind !== "map" || shape.kind !== "object") return;
  for (const [key, entry] of node.entries) {
    const field = shape.fields.get(key);
    if (field !== undefined) reportUnknownKeys(report, entry.value, field.shape);
    else if (!shape.open)
      report.findings.add(entry.keyAt, unknownKey({ what: report.what, key, accepted: shape.fields.keys() }));
  }
}

function judge({ action, value, uses }: Subject, mode: "filled" | "null"): readonly Issue[] {
  const sampled = mode === "filled" ? uses : uses.filter((use) => use.whole && use.shape.nullable === true);
  if (mode === "null" && sampled.length === 0) return [];
  const samples = new Map(
    uses.map((use) => [key(use.where), mode === "null" && sampled.includes(use) ? null : sampleOf(use)]),
  );
  try {
    return action.input.safeParse(sample(value.node, [], samples)).error?.issues ?? [];
  } catch {
    // A schema with asynchronous checks cannot be asked before the run; it is asked again with the real values.
    return [];
  }
}

/** Unknown keys have been reported already. */
function reportIssue(findings: Findings, subject: Subject, issue: Issue): void {
  if (issue.code === "unrecognized_keys") return;
  const use = subject.uses.find(({ where }) => isPrefix(where, issue.path) || isPrefix(issue.path, where));
  if (use !== undefined) reportUse(findings, use, issue);
  else reportLiteral(findings, subject, issue);
}

/** Of a reference only its type can be judged; its value comes later. */
function reportUse(findings: Findings, use: ShapedUse, issue: Issue): void {
  if (use.shape.kind === "any" || issue.code !== "invalid_type" || issue.path.length !== use.where.length) return;
  const brings = use.whole ? shapeName(use.shape) : "text";
  findings.add(use.at, {
    message: `${quoted(use.path.join("."))} brings ${brings}, which does not fit ${quoted(issue.path.join("."))}: ${tidy(issue.message)}`,
    remedy: "Refer to a value of the right type.",
  });
}

function reportNull(findings: Findings, subject: Subject, issue: Issue): void {
  const use = subject.uses.find(({ where }) => where.length === issue.path.length && isPrefix(where, issue.path));
  if (use === undefined || issue.code !== "invalid_type" || use.shape.nullable !== true) return;
  const path = use.path.join(".");
  findings.add(use.at, {
    message: `${quoted(path)} may be null, which does not fit ${quoted(issue.path.join("."))}`,
    remedy: `Give the step \`when: ${path} != null\`, or give the input a default that is not null.`,
  });
}

function reportLiteral(findings: Findings, { action, value }: Subject, issue: Issue): void {
  const node = descend(value.node, issue.path);
  const name = quoted(issue.path.join("."));
  if (node !== undefined) {
    findings.add(node.at, {
      message: `${name} does not fit ${action.id}: ${tidy(issue.message)}`,
      remedy: literalRemedy(node),
    });
    return;
  }
  const parent = descend(value.node, issue.path.slice(0, -1)) ?? value.node;
  findings.missing(parent.kind === "map" ? parent : { at: parent.at, end: parent.at }, missing(action, issue));
}

function missing(action: AnyAction, issue: Issue): Finding {
  const name = issue.path.join(".");
  const expected = /expected ([^,]+)/u.exec(issue.message)?.[1];
  return {
    message: `the input of ${action.id} lacks ${quoted(name)}`,
    remedy: `Add \`${name}:\` below \`with\`${expected === undefined ? "" : ` (${printable(expected)})`}.`,
  };
}

function literalRemedy(node: Located): string {
  if (node.kind === "scalar" && node.style === "plain" && /^(?:yes|no|on|off)$/iu.test(node.source))
    return `YAML reads ${node.source} as text: write true or false.`;
  if (node.kind === "scalar" && node.value === null) return "Write a value after the colon.";
  return "Correct the value.";
}

function sample(node: Located, where: readonly PropertyKey[], samples: ReadonlyMap<string, unknown>): unknown {
  const known = key(where);
  if (samples.has(known)) return samples.get(known);
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map((item, index) => sample(item, [...where, index], samples));
  return Object.fromEntries(
    [...node.entries].map(([name, entry]) => [name, sample(entry.value, [...where, name], samples)]),
  );
}

function sampleOf(use: ShapedUse): unknown {
  if (!use.whole) return "";
  const samples = { any: "", string: "", integer: 0, number: 0, boolean: false, null: null, list: [], object: {} };
  return samples[use.shape.kind];
}

function key(where: readonly PropertyKey[]): string {
  return JSON.stringify(where.map(String));
}

function isPrefix(short: readonly PropertyKey[], long: readonly PropertyKey[]): boolean {
  return short.every((part, index) => String(part) === String(long[index]));
}

function tidy(message: string): string {
  return printable(
    message.replace(/^Invalid (?:input|option): /u, "").replace(/^[A-Z]/u, (letter) => letter.toLowerCase()),
  );
}
