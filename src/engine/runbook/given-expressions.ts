/**
 * `inputs.NAME` in the expressions of an included runbook, replaced by what its include gives: a path of the including
 * runbook, or a literal of CEL. An expression is rewritten as one text in double quotes. Each line keeps its number.
 */
import type { Located, LocatedScalar } from "../../kit/yaml/located.ts";
import { scan, templateOf } from "./resolve.ts";
import type { Room, Value, Values } from "./substitution.ts";

const EXPRESSIONS = ["when", "assert", "until", "for_each"];
/** Texts of CEL come first, so that a name within one is passed over. */
const INPUT =
  /[rR](?:"[^"]*"|'[^']*')|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?<![\w.])inputs\s*(?:\.\s*([a-z][a-z0-9_]*)|\[\s*["']([a-z][a-z0-9_]*)["']\s*\])/gu;

interface Source {
  readonly text: string;
  readonly steps: Located | undefined;
}

/** The text of the included runbook, or the inputs whose value is no template, each with its place in that text. */
export function withGivenExpressions(
  { text, steps }: Source,
  values: Values,
  room: Room,
): { readonly text: string; readonly broken: readonly { readonly input: string; readonly at: number }[] } {
  const broken: { input: string; at: number }[] = [];
  let whole = "";
  let from = 0;
  for (const { at, end, value } of expressionsIn(steps)) {
    const given = value.replace(INPUT, (found, dotted?: string, indexed?: string) => {
      const name = dotted ?? indexed ?? "";
      const one = values.get(name);
      if (one === undefined || room.isFull) return found;
      const written = inCel(one.given);
      if (written === undefined) broken.push({ input: name, at });
      return room.take(written ?? "");
    });
    if (given === value) continue;
    whole += `${text.slice(from, at)}${JSON.stringify(given)}${text.slice(at, end).replaceAll(/[^\n]/gu, "")}`;
    from = end;
  }
  return { text: whole + text.slice(from), broken };
}

type Text = LocatedScalar & { readonly value: string };

/** In the order of the text. An expression that an alias repeats is there once. */
function expressionsIn(steps: Located | undefined): readonly Text[] {
  const found = new Map<number, Text>();
  for (const step of steps?.kind === "list" ? steps.items : [])
    for (const key of step.kind === "map" ? EXPRESSIONS : []) {
      const node = step.kind === "map" ? step.entries.get(key)?.value : undefined;
      if (node?.kind === "scalar" && typeof node.value === "string") found.set(node.at, { ...node, value: node.value });
    }
  return [...found.values()].sort((one, other) => one.at - other.at);
}

function inCel(given: Value["given"]): string | undefined {
  // A bare null has the type null, and CEL would refuse to compare it with a text.
  if (given === null) return "dyn(null)";
  if (Array.isArray(given)) {
    const items = given.map(inCel);
    return items.includes(undefined) ? undefined : `[${items.join(", ")}]`;
  }
  if (typeof given !== "string") return typeof given === "number" && given < 0 ? `(${given})` : JSON.stringify(given);
  const { parts, problems } = scan(given);
  if (problems.length > 0) return undefined;
  const template = templateOf(given, parts);
  if (template.kind === "reference") return pathInCel(template.path);
  if (template.kind !== "text") return JSON.stringify(given);
  const texts = template.parts.map((part) =>
    typeof part === "string" ? JSON.stringify(part) : `string(${pathInCel(part.path)})`,
  );
  return `(${texts.join(" + ")})`;
}

const pathInCel = ([root, ...keys]: readonly string[]): string =>
  `${root ?? ""}${keys.map((key) => (/^\w+$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`)).join("")}`;
