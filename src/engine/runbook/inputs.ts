/** The `inputs` of a runbook: what the operator gives or is asked for. */
import type { Finding } from "../../kit/text/diagnostic.ts";
import type { Findings } from "../../kit/yaml/findings.ts";
import { article, Fields } from "../../kit/yaml/fields.ts";
import type { Located } from "../../kit/yaml/located.ts";
import { nearest } from "../../kit/text/nearest.ts";
import { quoted } from "../../kit/text/printable.ts";
import { parseDuration, parseTime } from "../../kit/text/time.ts";
import { refusalOf } from "../../errors.ts";
import type { InputSpec, InputType } from "./runbook.ts";
import { oneLine } from "./step.ts";

export const INPUT_TYPES = [
  "string",
  "integer",
  "boolean",
  "guid",
  "time",
  "duration",
  "list",
] as const satisfies readonly InputType[];
export const INPUT_KEYS = ["type", "prompt", "default"] as const;
const NAME = /^[a-z][a-z0-9_]*$/u;
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/u;

/** The type is undefined if it is none that there is. */
export type InputDraft = Omit<InputSpec, "type"> & { readonly type: InputType | undefined };

export function readInputs(findings: Findings, node: Located): readonly InputDraft[] {
  if (node.kind !== "map") {
    findings.add(node.at, {
      message: `"inputs" is ${article(node)}, not a map`,
      remedy: "Write `name:` and below it `type` and `prompt`; or leave `inputs` out.",
    });
    return [];
  }
  return [...node.entries].flatMap(([name, entry]) => {
    if (!NAME.test(name))
      findings.add(entry.keyAt, {
        message: `${quoted(name)} is no name for an input`,
        remedy: "Use a-z, 0-9 and _, beginning with a letter.",
      });
    return readInput(findings, name, entry.value) ?? [];
  });
}

function readInput(findings: Findings, name: string, node: Located): InputDraft | undefined {
  const fields = Fields.of(findings, node, { what: `the input ${quoted(name)}`, keys: INPUT_KEYS });
  if (fields === undefined) return undefined;
  const typeNode = fields.needText("type", `Add \`type:\` (${INPUT_TYPES.join(", ")}).`);
  const prompt = fields.needText("prompt", "Add `prompt:`: what the operator is asked.");
  if (prompt !== undefined && prompt.value.includes("${{"))
    findings.add(prompt.at, {
      message: "a reference stands in a prompt",
      remedy: "Prompts are plain text: the input is asked for before anything runs.",
    });
  const type = INPUT_TYPES.find((one) => one === typeNode?.value);
  if (typeNode !== undefined && type === undefined) {
    const near = nearest(typeNode.value, INPUT_TYPES);
    findings.add(typeNode.at, {
      message: `there is no input type ${quoted(typeNode.value)}`,
      remedy: `${near === undefined ? "" : `Did you mean "${near}"? `}There are: ${INPUT_TYPES.join(", ")}.`,
    });
  }
  const given = fields.get("default");
  const fallback = given === undefined || type === undefined ? undefined : readDefault(findings, given, type);
  return {
    name,
    type,
    prompt: oneLine(prompt?.value ?? name),
    ...(fallback === undefined ? {} : { default: fallback }),
  };
}

type Default = Exclude<InputSpec["default"], undefined>;

function readDefault(findings: Findings, node: Located, type: InputType): Default | undefined {
  const value = plainValue(node);
  const finding = defaultFinding(node, value, type);
  if (finding !== undefined) findings.add(node.at, finding);
  else if (value === null || isDefault(value, type)) return value;
  return undefined;
}

function plainValue(node: Located): unknown {
  if (node.kind === "scalar") return node.value;
  return node.kind === "list" ? node.items.map(plainValue) : undefined;
}

function defaultFinding(node: Located, value: unknown, type: InputType): Finding | undefined {
  if (value === null && node.kind === "scalar" && node.source === "")
    return {
      message: "`default:` has no value",
      remedy: 'Write `default: null` if the input may stay empty, or `default: ""`.',
    };
  if ([value].flat().some((one) => typeof one === "string" && one.includes("${{")))
    return {
      message: "a reference stands in a default",
      remedy: "Defaults are plain values: they are needed before anything runs.",
    };
  if (value === null || isDefault(value, type)) return undefined;
  return { message: `the default does not fit the type "${type}"`, remedy: REMEDIES[type] };
}

/** Of what an include gives for an input of that type; of a reference, its step tells more. */
export function givenFinding(name: string, node: Located, type: unknown): Finding | undefined {
  const known = INPUT_TYPES.find((each) => each === type);
  const value = plainValue(node);
  const isReference = [value].flat().some((one) => typeof one === "string" && one.includes("${{"));
  if (known === undefined || value === null || isReference || isDefault(value, known)) return undefined;
  return { message: `what is given for ${quoted(name)} does not fit its type "${known}"`, remedy: REMEDIES[known] };
}

const REMEDIES: Readonly<Record<InputType, string>> = {
  string: "Write text; in quotes if it looks like a number, true, false or null.",
  integer: "Write a whole number without quotes.",
  boolean: "Write true or false; YAML reads yes and no as text.",
  guid: 'Write a GUID in lower case, or "" if it may stay empty.',
  time: 'Write text such as "40m ago", or "" if it may stay empty.',
  duration: 'Write text such as 40m, 24h or 2d, or "" if it may stay empty.',
  list: "Write a list of texts: `[a, b]`, or `[]`.",
};

function isDefault(value: unknown, type: InputType): value is Exclude<Default, null> {
  switch (type) {
    case "integer":
      return Number.isSafeInteger(value);
    case "boolean":
      return typeof value === "boolean";
    case "list":
      return Array.isArray(value) && value.every((item) => typeof item === "string");
    case "guid":
      return typeof value === "string" && (value === "" || GUID.test(value));
    case "time":
      return typeof value === "string" && (value === "" || refusalOf(() => parseTime(value, ANY_TIME)) === undefined);
    case "duration":
      return typeof value === "string" && (value === "" || refusalOf(() => parseDuration(value)) === undefined);
    default:
      return typeof value === "string";
  }
}

/** A text is a time, or it is none, whenever it is read. */
const ANY_TIME = new Date("2026-11-21T02:00:00Z");
