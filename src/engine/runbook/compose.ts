/**
 * Replaces `- include: NAME` in the steps of a runbook by the steps of another runbook, with the inputs that `with`
 * gives. This is done in the text, before anything is loaded. The result is one plain runbook: a journal holds all of
 * it, and a resume needs no file. Pure but for `open`.
 */
import type { Diagnostic, Finding } from "../../kit/text/diagnostic.ts";
import { quoted } from "../../kit/text/printable.ts";
import { Fields } from "../../kit/yaml/fields.ts";
import { Findings } from "../../kit/yaml/findings.ts";
import { descend, type Located, type LocatedEntry } from "../../kit/yaml/located.ts";
import { MOST_BYTES, readYaml } from "../../kit/yaml/read.ts";
import { withGivenExpressions } from "./given-expressions.ts";
import { givenFinding } from "./inputs.ts";
import { Room, substituted, type Value, type Values } from "./substitution.ts";

export interface RunbookSource {
  readonly file: string;
  readonly text: string;
}

export interface Composed {
  readonly text: string;
  /** A diagnostic about `text` with the file and line that its reader has. */
  readonly locate: (diagnostic: Diagnostic) => Diagnostic;
}

/** The mistakes of includes. `rest` is the text with those left as they are, for the mistakes beside them. */
export interface NotComposed {
  readonly diagnostics: readonly Diagnostic[];
  /** Its `locate` returns undefined for what follows from an include that failed. */
  readonly rest?: { readonly text: string; readonly locate: (diagnostic: Diagnostic) => Diagnostic | undefined };
}

/** Undefined if there is none; `refused` says why one may not be included, as what follows its name. */
export type Open = (name: string) => RunbookSource | { readonly refused: string; readonly remedy?: string } | undefined;

interface Line {
  readonly text: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** It belongs to an include that failed. */
  readonly failed?: true;
}

const INCLUDE = /^( *)- include:/;
/** More than anybody reads as one runbook. */
const MOST_INCLUDES = 8;

/** Either the whole text, or what is wrong with an include. */
export function composeRunbook(source: RunbookSource, open: Open): Composed | NotComposed {
  // The loader says that it is too large.
  if (Buffer.byteLength(source.text) > MOST_BYTES) return { text: source.text, locate: (diagnostic) => diagnostic };
  const lines = linesOf(source);
  const room = new Room(MOST_BYTES - Buffer.byteLength(source.text));
  let includes = 0;
  const composed: Line[] = [];
  const diagnostics: Diagnostic[] = [];
  const taken = new Map(idsOf(lines));
  for (let at = 0; at < lines.length; ) {
    const line = lines[at];
    if (line === undefined) break;
    const length = INCLUDE.test(line.text) ? entryLength(lines, at) : 0;
    if (length === 0) composed.push(line);
    else {
      includes += 1;
      if (includes > MOST_INCLUDES) return { diagnostics: [...diagnostics, tooMany(line)] };
      const entry = withOwnIds(readInclude(source, lines.slice(at, at + length), { open, room }), line, taken);
      if ("diagnostics" in entry) {
        diagnostics.push(...entry.diagnostics);
        for (const each of lines.slice(at, at + length)) composed.push({ ...each, failed: true });
      } else for (const each of entry.lines) composed.push(each);
      if (room.isFull) return { diagnostics };
    }
    at += Math.max(1, length);
  }
  const text = composed.map((line) => line.text).join("\n");
  const locate = (diagnostic: Diagnostic): Diagnostic => {
    const { file, line } = composed[diagnostic.line - 1] ?? diagnostic;
    return { ...diagnostic, file, line };
  };
  if (diagnostics.length === 0) return { text, locate };
  const besides = (one: Diagnostic): Diagnostic | undefined =>
    composed[one.line - 1]?.failed === true ? undefined : locate(one);
  return { diagnostics, rest: { text, locate: besides } };
}

const columnOf = ({ text }: Line): number => text.indexOf("include:") + 1;

const tooMany = (at: Line): Diagnostic => ({
  ...{ file: at.file, line: at.line, column: columnOf(at) },
  message: `more than ${MOST_INCLUDES} runbooks are included`,
  remedy: "Include fewer, or write steps of your own.",
});

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

interface Means {
  readonly open: Open;
  /** The rest of the limits, for all includes together. */
  readonly room: Room;
}

const STEP_ID = /^ *- id: *["']?([\w-]+)/u;

const idsOf = (lines: readonly Line[]): readonly (readonly [id: string, place: string])[] =>
  lines.flatMap(({ text, file, line }) => {
    const id = STEP_ID.exec(text)?.[1];
    return id === undefined ? [] : [[id, `${file}:${line}`] as const];
  });

/** Notes the ids of what is included in `taken`. Nobody can give another id to a step of a shipped runbook. */
function withOwnIds(entry: Included, at: Line, taken: Map<string, string>): Included {
  if ("diagnostics" in entry) return entry;
  const ids = idsOf(entry.lines);
  const shared = ids.map(([id]) => id).find((id) => taken.has(id));
  const place = shared === undefined ? undefined : taken.get(shared);
  for (const [id, where] of ids) taken.set(id, where);
  if (shared === undefined || place === undefined) return entry;
  const message = `its step ${quoted(shared)} has the id of the step in ${place}`;
  const remedy = "Give your own step another id. Two runbooks that share an id are run one after the other.";
  return { diagnostics: [{ file: at.file, line: at.line, column: columnOf(at), message, remedy }] };
}

function readInclude({ file }: RunbookSource, entry: readonly Line[], means: Means): Included {
  const findings = new Findings(file, entry.map(({ text }) => text).join("\n"));
  const included = includedLines(findings, means);
  const before = (entry[0]?.line ?? 1) - 1;
  if (included !== undefined && !findings.any) return { lines: included };
  return { diagnostics: findings.list().map((each) => ({ ...each, line: each.line + before })) };
}

function includedLines(findings: Findings, { open, room }: Means): readonly Line[] | undefined {
  const root = readYaml(findings);
  const node = root === undefined ? undefined : descend(root, [0]);
  if (node === undefined) return undefined;
  const fields = Fields.of(findings, node, { what: "an include", keys: ["include", "with"] });
  const name = fields?.needText("include", "Name a runbook: `- include: recover-deleted-service`.");
  if (fields === undefined || name === undefined) return undefined;
  const source = open(name.value);
  if (source !== undefined && "refused" in source) {
    const remedy = source.remedy ?? WHAT_TO_NAME;
    findings.add(name.at, { message: `${quoted(name.value)} ${source.refused}`, remedy });
    return undefined;
  }
  const steps = source === undefined ? undefined : stepLines(source);
  if (source === undefined || steps === undefined) {
    const message = `there is no runbook ${quoted(name.value)} with a list of steps to include`;
    findings.add(name.at, { message, remedy: WHAT_TO_NAME });
    return undefined;
  }
  const nested = steps.find(({ text }) => INCLUDE.test(text));
  if (nested !== undefined) {
    const message = `${quoted(name.value)} has an include itself, in line ${nested.line}: includes are one level deep`;
    findings.add(name.at, {
      message,
      remedy: "Include that runbook here instead, and write the steps around it here.",
    });
    return undefined;
  }
  return givenLines(findings, { source, given: fields.get("with"), at: name.at }, room);
}

/** The steps of the included runbook with what is given for its inputs. */
function givenLines(findings: Findings, include: Given, room: Room): readonly Line[] {
  const { source, at } = include;
  const own = readYaml(new Findings(source.file, source.text));
  const values = valuesOf(findings, include, own);
  const steps = own === undefined ? undefined : descend(own, ["steps"]);
  const { text: given, broken } = withGivenExpressions({ text: source.text, steps }, values, room);
  const placeOf = (input: string): number => values.get(input)?.at ?? at;
  for (const each of broken)
    findings.add(placeOf(each.input), cannotStand(each.input, { file: source.file, line: lineOf(source, each.at) }));
  const lines: Line[] = [];
  for (const line of stepLines({ ...source, text: given }) ?? []) {
    const text = substituted(line.text, values, room);
    if (typeof text !== "string") findings.add(placeOf(text.input), cannotStand(text.input, line));
    else lines.push({ ...line, text });
    if (room.isFull) {
      findings.add(at, TOO_LARGE);
      break;
    }
  }
  return lines;
}

const lineOf = ({ text }: RunbookSource, at: number): number => text.slice(0, at).split("\n").length;

const WHAT_TO_NAME = "Name a shipped runbook, or an ordinary file beside or below this one.";

const TOO_LARGE: Finding = {
  message: "with all that is included the runbook is larger than 1 MiB",
  remedy: "Include less, and give shorter values.",
};

const cannotStand = (input: string, { file, line }: Omit<Line, "text">): Finding => ({
  message: `what is given for ${quoted(input)} would not stay one text in ${file}:${line}`,
  remedy: "Give letters, digits, spaces and . _ / @ - only, or a reference.",
});

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

interface Given {
  readonly source: RunbookSource;
  readonly given: Located | undefined;
  readonly at: number;
}

function valuesOf(findings: Findings, { source, given, at }: Given, own: Located | undefined): Values {
  const inputs = own === undefined ? undefined : descend(own, ["inputs"]);
  const wanted = inputs?.kind === "map" ? inputs.entries : new Map<string, { readonly value: Located }>();
  const entries = given?.kind === "map" ? given.entries : new Map<string, LocatedEntry>();
  for (const [name, { keyAt, value }] of entries) {
    const input = wanted.get(name)?.value;
    const type = input === undefined ? undefined : descend(input, ["type"]);
    const finding =
      input === undefined
        ? unknownInput(name, source)
        : givenFinding(name, value, type?.kind === "scalar" ? type.value : undefined);
    if (finding !== undefined) findings.add(input === undefined ? keyAt : value.at, finding);
  }
  const values = new Map<string, Value>();
  for (const [name, { value }] of wanted) {
    const node = entries.get(name)?.value ?? descend(value, ["default"]);
    const plain = node === undefined ? undefined : plainOf(node);
    if (plain === undefined) findings.add(at, withoutValue(name, source));
    else values.set(name, { given: plain, at: entries.get(name)?.value.at ?? at });
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
