/**
 * `- include: NAME` in the steps of a runbook: the steps of another runbook stand in its place, with what `with` gives
 * for that one's inputs. This is done in the text, before anything is loaded: what comes out is one plain runbook, so
 * that a journal holds all of it and a resume needs no file. Pure but for `open`.
 */
import type { Diagnostic, Finding } from "../diagnostic.js";
import { quoted } from "../printable.js";
import { Fields } from "../yaml/fields.js";
import { Findings } from "../yaml/findings.js";
import { descend, type Located } from "../yaml/located.js";
import { readYaml } from "../yaml/read.js";

export interface RunbookSource {
  readonly file: string;
  readonly text: string;
}

export interface Composed {
  readonly text: string;
  /** A diagnostic about `text` with the file and line that its reader has. */
  readonly locate: (diagnostic: Diagnostic) => Diagnostic;
}

export type Opened = (name: string) => RunbookSource | undefined;

interface Line {
  readonly text: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

const INCLUDE = /^( *)- include:/;
const REFERENCE = /\$\{\{\s*inputs\.([a-z][a-z0-9_]*)\s*\}\}/g;
const WHOLE = /^\s*(?:- )?[\w-]+: *\$\{\{[^}]*\}\}\s*$/;

/** Either the whole text, or what is wrong with an include. */
export function composeRunbook(source: RunbookSource, open: Opened): Composed | { readonly diagnostics: Diagnostic[] } {
  const lines = linesOf(source);
  const composed: Line[] = [];
  const diagnostics: Diagnostic[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at];
    if (line === undefined) break;
    const length = INCLUDE.test(line.text) ? entryLength(lines, at) : 0;
    if (length === 0) composed.push(line);
    else {
      const entry = readInclude(source, lines.slice(at, at + length), open);
      if ("diagnostics" in entry) diagnostics.push(...entry.diagnostics);
      else composed.push(...entry.lines);
    }
    at += Math.max(1, length);
  }
  if (diagnostics.length > 0) return { diagnostics };
  return {
    text: composed.map(({ text }) => text).join("\n"),
    locate: (diagnostic) => {
      const { file, line } = composed[diagnostic.line - 1] ?? diagnostic;
      return { ...diagnostic, file, line };
    },
  };
}

const linesOf = ({ text, file }: RunbookSource): readonly Line[] =>
  text.split("\n").map((each, index) => ({ text: each, file, line: index + 1 }));

/** The entry and all that is indented below it. */
function entryLength(lines: readonly Line[], at: number): number {
  const indent = INCLUDE.exec(lines[at]?.text ?? "")?.[1]?.length ?? 0;
  const rest = lines.slice(at + 1);
  const next = rest.findIndex(({ text }) => text.trim() === "" || text.search(/\S/) <= indent);
  return 1 + (next < 0 ? rest.length : next);
}

type Included = { readonly lines: readonly Line[] } | { readonly diagnostics: readonly Diagnostic[] };

function readInclude({ file }: RunbookSource, entry: readonly Line[], open: Opened): Included {
  const findings = new Findings(file, entry.map(({ text }) => text).join("\n"));
  const included = includedLines(findings, open);
  const before = (entry[0]?.line ?? 1) - 1;
  if (included !== undefined && !findings.any) return { lines: included };
  return { diagnostics: findings.list().map((each) => ({ ...each, line: each.line + before })) };
}

function includedLines(findings: Findings, open: Opened): readonly Line[] | undefined {
  const root = readYaml(findings);
  const node = root === undefined ? undefined : descend(root, [0]);
  if (node === undefined) return undefined;
  const fields = Fields.of(findings, node, { what: "an include", keys: ["include", "with"] });
  const name = fields?.needText("include", "Name a runbook: `- include: recover-deleted-service`.");
  if (fields === undefined || name === undefined) return undefined;
  const source = open(name.value);
  const steps = source === undefined ? undefined : stepLines(source);
  if (source === undefined || steps === undefined) {
    findings.add(name.at, {
      message: `there is no runbook ${quoted(name.value)} with a list of steps to include`,
      remedy: "Name a shipped runbook, or a file beside this one.",
    });
    return undefined;
  }
  const values = valuesOf(findings, { source, given: fields.get("with"), at: name.at });
  return steps.map((line) => ({ ...line, text: substituted(line.text, values) }));
}

/** All that stands below `steps:`. */
function stepLines(source: RunbookSource): readonly Line[] | undefined {
  const lines = linesOf(source);
  const first = lines.findIndex(({ text }) => /^steps:\s*$/.test(text));
  if (first < 0) return undefined;
  const rest = lines.slice(first + 1);
  const end = rest.findIndex(({ text }) => /^[^\s#]/.test(text));
  const steps = end < 0 ? rest : rest.slice(0, end);
  return steps.slice(0, steps.findLastIndex(({ text }) => text.trim() !== "") + 1);
}

/** By input: the reference that was given, or a literal of it. */
type Values = ReadonlyMap<string, { readonly reference: string } | { readonly literal: unknown }>;

interface Given {
  readonly source: RunbookSource;
  readonly given: Located | undefined;
  readonly at: number;
}

function valuesOf(findings: Findings, { source, given, at }: Given): Values {
  const own = readYaml(new Findings(source.file, source.text));
  const inputs = own === undefined ? undefined : descend(own, ["inputs"]);
  const wanted = inputs?.kind === "map" ? inputs.entries : new Map<string, { readonly value: Located }>();
  const entries = given?.kind === "map" ? given.entries : new Map<string, never>();
  for (const [name, { keyAt }] of entries) if (!wanted.has(name)) findings.add(keyAt, unknownInput(name, source));
  const values = new Map<string, { reference: string } | { literal: unknown }>();
  for (const [name, { value }] of wanted) {
    const node = entries.get(name)?.value ?? descend(value, ["default"]);
    const plain = node === undefined ? undefined : plainOf(node);
    if (plain === undefined) findings.add(at, withoutValue(name, source));
    else
      values.set(name, typeof plain === "string" && plain.includes("${{") ? { reference: plain } : { literal: plain });
  }
  return values;
}

function plainOf(node: Located): unknown {
  if (node.kind === "list") return node.items.map(plainOf);
  return node.kind === "scalar" ? node.value : undefined;
}

const unknownInput = (name: string, { file }: RunbookSource): Finding => ({
  message: `the included runbook has no input ${quoted(name)}`,
  remedy: `Its inputs stand in ${file}.`,
});

const withoutValue = (name: string, { file }: RunbookSource): Finding => ({
  message: `the included runbook's input ${quoted(name)} is given nothing and has no default`,
  remedy: `Add \`${name}:\` below \`with\`; what it is stands in ${file}.`,
});

/** What is no input of the included runbook is left as it is: the loader says so. */
function substituted(text: string, values: Values): string {
  return text.replace(REFERENCE, (found, name: string) => {
    const value = values.get(name);
    if (value === undefined) return found;
    if ("reference" in value) return value.reference;
    return WHOLE.test(text) ? JSON.stringify(value.literal) : String(value.literal);
  });
}
