/**
 * YAML to a checked runbook. Everything that can be known before a run is said here, all mistakes at once: form, keys,
 * actions, inputs, references, types of expressions. Pure: reads no file, throws nothing but defects.
 */
import { createHash } from "node:crypto";
import type { Diagnostic, Finding } from "../../kit/text/diagnostic.ts";
import { NO_FACTS } from "../expression/field.ts";
import { optional } from "../../kit/optional.ts";
import { quoted } from "../../kit/text/printable.ts";
import { article, Fields } from "../../kit/yaml/fields.ts";
import { Findings } from "../../kit/yaml/findings.ts";
import type { Located, LocatedEntry } from "../../kit/yaml/located.ts";
import { readYaml } from "../../kit/yaml/read.ts";
import { checkStep } from "./check-step.ts";
import { type InputDraft, readInputs } from "./inputs.ts";
import { checkUses, type LocatedTemplate, readTemplate } from "./located-template.ts";
import type { Expression, Runbook, Step } from "./runbook.ts";
import { Scope, scopeKey } from "./scope.ts";
import { oneLine, type Actions, readStep, type StepDraft } from "./step.ts";

export const RUNBOOK_SCHEMA = "dingo-recover/runbook@1";
const SCHEMA_REMEDY = `Begin the runbook with \`schema: ${RUNBOOK_SCHEMA}\`.`;
export const RUNBOOK_KEYS = ["schema", "name", "version", "title", "target", "locks", "inputs", "steps"] as const;
const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/u;

type RunbookFields = Fields<(typeof RUNBOOK_KEYS)[number]>;

export type Loaded = { readonly runbook: Runbook } | { readonly diagnostics: readonly Diagnostic[] };

/** `file` only names the document in diagnostics. */
export function loadRunbook(text: string, file: string, actions: Actions): Loaded {
  const findings = new Findings(file, text);
  const root = readYaml(findings);
  const runbook = root === undefined ? undefined : readRunbook(findings, root, actions);
  return runbook === undefined || findings.any ? { diagnostics: findings.list() } : { runbook };
}

function readRunbook(findings: Findings, root: Located, actions: Actions): Runbook | undefined {
  if (isOtherSchema(findings, root) || isNoRunbook(findings, root)) return undefined;
  const fields = Fields.of(findings, root, { what: "the runbook", keys: RUNBOOK_KEYS });
  if (fields === undefined) return undefined;
  fields.needText("schema", SCHEMA_REMEDY);
  const header = readHeader(fields);
  const inputsNode = fields.get("inputs");
  const inputs = inputsNode === undefined ? [] : readInputs(findings, inputsNode);
  const drafts = readSteps(fields, actions);
  checkReferences(fields, { header, inputs, drafts });
  const steps = drafts.flatMap((draft) => stepOf(draft) ?? []);
  const target = header.target?.template ?? { kind: "literal", value: "" };
  const locks = header.locks.map(({ template }) => template);
  const sha256 = createHash("sha256").update(findings.text).digest("hex");
  return {
    name: header.name,
    version: header.version,
    title: header.title,
    target,
    locks,
    inputs: inputs.flatMap(({ name, type, ...rest }) => (type === undefined ? [] : [{ name, type, ...rest }])),
    steps,
    text: findings.text,
    sha256,
    file: findings.file,
  };
}

/** Another version has other rules: what these say of it would be noise. */
function isOtherSchema(findings: Findings, root: Located): boolean {
  const schema = root.kind === "map" ? root.entries.get("schema")?.value : undefined;
  if (schema?.kind !== "scalar" || typeof schema.value !== "string" || schema.value === RUNBOOK_SCHEMA) return false;
  findings.add(schema.at, { message: `the schema ${quoted(schema.value)} is not known here`, remedy: SCHEMA_REMEDY });
  return true;
}

/** Such as a configuration beside it: the mistakes of one as a runbook would be noise. */
function isNoRunbook(findings: Findings, root: Located): boolean {
  if (root.kind !== "map" || RUNBOOK_KEYS.some((key) => root.entries.has(key))) return false;
  findings.add(root.at, {
    message: "this is no runbook: it has none of a runbook's keys",
    remedy: `${SCHEMA_REMEDY} A configuration is looked at by \`dingo-recover doctor\`.`,
  });
  return true;
}

interface Header {
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly target: LocatedTemplate | undefined;
  readonly locks: readonly LocatedTemplate[];
}

function readHeader(fields: RunbookFields): Header {
  const name = fields.needText("name", "Add `name:`, e.g. `recover-deleted-service`.");
  if (name !== undefined && !NAME.test(name.value))
    fields.findings.add(name.at, {
      message: `${quoted(name.value)} is no name for a runbook`,
      remedy: "Use lower case words joined by single dashes.",
    });
  const version = fields.needText("version", 'Add `version:`, e.g. `version: "1"`.');
  const title = fields.needText("title", "Add `title:`, one line that says what the runbook is for.");
  const target = fields.needText(
    "target",
    "Add `target:`: what is typed to confirm, e.g. `${{ inputs.org }}/${{ inputs.space }}/${{ inputs.name }}`.",
  );
  return {
    name: name?.value ?? "",
    version: version?.value ?? "",
    title: oneLine(title?.value ?? ""),
    target: target === undefined ? undefined : readTemplate(fields.findings, target),
    locks: readLocks(fields),
  };
}

function readLocks(fields: RunbookFields): readonly LocatedTemplate[] {
  const node = fields.get("locks");
  if (node === undefined) return [];
  const texts =
    node.kind === "list" && node.items.every((item) => item.kind === "scalar" && typeof item.value === "string");
  if (node.kind === "list" && texts) return node.items.map((item) => readTemplate(fields.findings, item));
  fields.findings.add(node.at, {
    message: `"locks" is ${article(node)}, not a list of texts`,
    remedy: "Write one lock per line: `- target:${{ run.target }}`.",
  });
  return [];
}

function readSteps(fields: RunbookFields, actions: Actions): readonly StepDraft[] {
  const node = fields.need("steps", "Add `steps:`, a list of steps with id, title and action.");
  if (node === undefined) return [];
  if (node.kind !== "list" || node.items.length === 0) {
    fields.findings.add(node.at, {
      message: `"steps" is ${node.kind === "list" ? "empty" : article(node)}, not a list of steps`,
      remedy: "Write each step as `- id: …` with title and action.",
    });
    return [];
  }
  return node.items.flatMap((item) => {
    const include = includeOf(item);
    if (include !== undefined) fields.findings.add(include.keyAt, NOT_RESOLVED);
    return include === undefined ? (readStep(fields.findings, item, actions) ?? []) : [];
  });
}

/** Left in the text: written in another form, or what it names cannot be included. */
const includeOf = (item: Located): LocatedEntry | undefined =>
  item.kind === "map" ? item.entries.get("include") : undefined;

const NOT_RESOLVED: Finding = {
  message: "this include is not read, because of its form",
  remedy: "Write `- include: NAME` in one line, and `with:` below it, without braces.",
};

interface Parts {
  readonly header: Header;
  readonly inputs: readonly InputDraft[];
  readonly drafts: readonly StepDraft[];
}

function checkReferences(fields: RunbookFields, { header, inputs, drafts }: Parts): void {
  const { findings } = fields;
  const ids = drafts.flatMap(({ id }) => id?.value ?? []);
  const node = fields.get("steps");
  const includes = node?.kind === "list" ? node.items.flatMap((item) => includeOf(item) ?? []) : [];
  checkIds(findings, drafts, includes.at(-1)?.keyAt ?? -1);
  const isWhole = includes.length === 0;
  const scope = new Scope(inputs, ids, isWhole);
  const fixedAfter = targetFixedAfter(header.target, drafts);
  if (fixedAfter < 0) scope.fixTarget();
  for (const [index, draft] of drafts.entries()) {
    checkStep({ findings, scope }, draft);
    if (index === fixedAfter) scope.fixTarget();
  }
  // The target is fixed as soon as the steps that it refers to have run; a lock may name the target.
  for (const template of [header.target, ...header.locks])
    if (template !== undefined)
      checkUses(findings, template.uses, { scope: scope.shape(), facts: NO_FACTS, explain: scope.explain });
}

/** Index of the last step that the target refers to; -1 if inputs are enough. */
function targetFixedAfter(target: LocatedTemplate | undefined, drafts: readonly StepDraft[]): number {
  const keys = new Set(
    (target?.uses ?? []).flatMap(({ path: [root, step] }) => (root === "steps" && step !== undefined ? [step] : [])),
  );
  return drafts.findLastIndex(({ id }) => id !== undefined && keys.has(scopeKey(id.value)));
}

/** Behind the last include that was not read, at the offset `lastInclude`, every later step is known. */
function checkIds(findings: Findings, drafts: readonly StepDraft[], lastInclude: number): void {
  const seen = new Map<string, number>();
  for (const [index, { id, holdsUntil }] of drafts.entries()) {
    if (id !== undefined && seen.has(id.value))
      findings.add(id.at, {
        message: `the step id ${quoted(id.value)} is used a second time`,
        remedy: "Give each step another id.",
      });
    if (id !== undefined) seen.set(id.value, index);
    if (
      holdsUntil !== undefined &&
      holdsUntil.at > lastInclude &&
      !drafts.slice(index + 1).some((later) => later.id?.value === holdsUntil.value)
    )
      findings.add(holdsUntil.at, {
        message: `"holds_until" names ${quoted(holdsUntil.value)}, which is no later step`,
        remedy: laterSteps(drafts.slice(index + 1)),
      });
  }
}

function laterSteps(later: readonly StepDraft[]): string {
  const ids = later.flatMap(({ id }) => id?.value ?? []);
  return ids.length === 0 ? "Leave it out: this is the last step." : `Name one of: ${ids.join(", ")}.`;
}

function stepOf(draft: StepDraft): Step | undefined {
  const { id, action, with: input } = draft;
  if (id === undefined || action === undefined) return undefined;
  return {
    id: id.value,
    title: draft.title,
    action,
    with: input.template.kind === "map" ? input.template.entries : {},
    ...optional("effect", draft.effect),
    ...optional("when", expressionOf(draft.when)),
    ...optional("assert", expressionOf(draft.assert)),
    ...optional("until", expressionOf(draft.until)),
    ...optional("timeoutMs", draft.timeoutMs),
    ...optional("forEach", expressionOf(draft.forEach)),
    ...optional("holdsUntil", draft.holdsUntil?.value),
  };
}

function expressionOf(node: { readonly value: string } | undefined): Expression | undefined {
  return node === undefined ? undefined : { text: node.value };
}
