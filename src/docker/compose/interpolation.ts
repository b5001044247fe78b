/**
 * `$NAME`, `${NAME}`, `${NAME:-default}`, `-`, `:?`, `?`, `:+`, `+` and `$$`, as Compose resolves them (compose 1.29
 * `config/interpolation.py`, compose-go 2.9 `template/template.go`). A variable of which nobody can tell whether it is
 * set makes the text unknown; a default is no answer to that.
 */
import { known, type Resolved, unknown } from "./resolved.ts";

/** The value of a variable; `value: undefined` means that it is not set, and that all places were looked at. */
export type Variable =
  | { readonly known: true; readonly value: string | undefined }
  | { readonly known: false; readonly why: string };

export type Variables = (name: string) => Variable;

const NAME = /^[_a-z][_a-z0-9]*/iu;
/** Nested defaults deeper than this are nobody's. */
const DEEPEST = 16;

export function interpolate(raw: string, variables: Variables, depth = 0): Resolved {
  let text = "";
  let at = 0;
  while (at < raw.length) {
    const dollar = raw.indexOf("$", at);
    if (dollar < 0) break;
    text += raw.slice(at, dollar);
    const part = substitution(raw, dollar, { variables, depth });
    if (typeof part === "string") return unknown(raw, part);
    text += part.text;
    at = part.end;
  }
  return known(text + raw.slice(at));
}

interface Asked {
  readonly variables: Variables;
  readonly depth: number;
}

/** The text for the `$…` at that offset and its end, or the reason why it is not known. */
function substitution(raw: string, dollar: number, asked: Asked): { text: string; end: number } | string {
  const rest = raw.slice(dollar + 1);
  if (rest.startsWith("$")) return { text: "$", end: dollar + 2 };
  if (rest.startsWith("{")) return braced(raw, dollar + 2, asked);
  const name = NAME.exec(rest)?.[0];
  if (name === undefined) return 'a "$" that begins no variable: Compose refuses it';
  const value = asked.variables(name);
  return value.known ? { text: value.value ?? "", end: dollar + 1 + name.length } : value.why;
}

function braced(raw: string, begin: number, asked: Asked): { text: string; end: number } | string {
  const close = closingBrace(raw, begin);
  const inner = close < 0 ? undefined : /^([_a-z][_a-z0-9]*)(?:(:?[-?+])(.*))?$/isu.exec(raw.slice(begin, close));
  if (inner?.[1] === undefined) return "a form of variable that Compose refuses";
  const variable = asked.variables(inner[1]);
  if (!variable.known) return variable.why;
  const chosen = choose({ name: inner[1], value: variable.value, operator: inner[2] ?? "", word: inner[3] ?? "" });
  if (chosen.refused !== undefined) return chosen.refused;
  if (!chosen.nested) return { text: chosen.text, end: close + 1 };
  if (asked.depth >= DEEPEST) return "variables nested too deeply";
  // Compose v2 resolves a default that names a variable, v1 takes it as it is written.
  const word = interpolate(chosen.text, asked.variables, asked.depth + 1);
  return word.known ? { text: word.text, end: close + 1 } : word.why;
}

function choose(asked: { name: string; value: string | undefined; operator: string; word: string }): {
  text: string;
  nested: boolean;
  refused?: string;
} {
  const { name, value, operator, word } = asked;
  const there = operator.startsWith(":") ? value !== undefined && value !== "" : value !== undefined;
  const own = { text: value ?? "", nested: false };
  const instead = { text: word, nested: true };
  switch (operator.at(-1)) {
    case "-":
      return there ? own : instead;
    case "+":
      return there ? instead : { text: "", nested: false };
    case "?":
      return there ? own : { ...own, refused: `${name} is not set, and Compose refuses the file without it` };
    default:
      return own;
  }
}

/** Offset of the brace that ends the text begun before `begin`, nested `${…}` passed over; -1 if there is none. */
function closingBrace(raw: string, begin: number): number {
  let open = 1;
  for (let at = begin; at < raw.length; at += 1) {
    if (raw.startsWith("${", at)) open += 1;
    else if (raw.charAt(at) === "}") open -= 1;
    if (open === 0) return at;
  }
  return -1;
}
