/** One step as it stands in the document: its own fields read, nothing yet said about what it refers to. */
import { type AnyAction, type Effect, EFFECTS } from "../../action.ts";
import { nearest } from "../../kit/text/nearest.ts";
import { quoted } from "../../kit/text/printable.ts";
import { Fields } from "../../kit/yaml/fields.ts";
import type { Findings } from "../../kit/yaml/findings.ts";
import type { Located, LocatedScalar } from "../../kit/yaml/located.ts";
import { type LocatedTemplate, readTemplate } from "./located-template.ts";
import { RecoverError } from "../../errors.ts";
import { parseDuration as parse } from "../../kit/text/time.ts";

export const STEP_KEYS = [
  "id",
  "title",
  "action",
  "with",
  "when",
  "assert",
  "until",
  "timeout",
  "for_each",
  "holds_until",
  "effect",
] as const;
const ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/u;

type Text = LocatedScalar & { readonly value: string };

export interface StepDraft {
  readonly at: number;
  readonly id: Text | undefined;
  readonly title: string;
  /** An unknown one is told by a finding. The step is then judged by the action that was meant; undefined if none is near. */
  readonly action: AnyAction | undefined;
  readonly with: LocatedTemplate;
  readonly when: Text | undefined;
  readonly assert: Text | undefined;
  readonly until: Text | undefined;
  readonly forEach: Text | undefined;
  readonly timeoutMs: number | undefined;
  readonly holdsUntil: Text | undefined;
  readonly effect: Effect | undefined;
}

export type Actions = ReadonlyMap<string, AnyAction>;

export function readStep(findings: Findings, node: Located, actions: Actions): StepDraft | undefined {
  const fields = Fields.of(findings, node, { what: "a step", keys: STEP_KEYS });
  if (fields === undefined) return undefined;
  const action = readAction(fields, actions);
  return {
    at: node.at,
    id: readId(fields),
    title: readTitle(fields),
    action,
    with: readWith(fields),
    when: fields.text("when"),
    assert: fields.text("assert"),
    until: readUntil(fields, action),
    forEach: fields.text("for_each"),
    timeoutMs: readTimeout(fields),
    holdsUntil: fields.text("holds_until"),
    effect: readEffect(fields, action),
  };
}

type StepFields = Fields<(typeof STEP_KEYS)[number]>;

function readId(fields: StepFields): Text | undefined {
  const id = fields.needText("id", "Add `id:`, the name by which the journal and other steps speak of it.");
  if (id === undefined || ID.test(id.value)) return id;
  fields.findings.add(id.at, {
    message: `${quoted(id.value)} is no step id`,
    remedy: "Use lower case words joined by single dashes: `create-service`.",
  });
  return undefined;
}

/** In one line: it stands above commands that are typed, and in no place may it look like one. */
export const oneLine = (text: string): string => text.trim().replace(/\s+/gu, " ");

function readTitle(fields: StepFields): string {
  const title = fields.needText("title", "Add `title:`, one line that says what happens.");
  if (title?.value.includes("${{") === true)
    fields.findings.add(title.at, {
      message: "a reference stands in a title",
      remedy: "Titles are plain text; put the value into `with`.",
    });
  return oneLine(title?.value ?? "");
}

function readAction(fields: StepFields, actions: Actions): AnyAction | undefined {
  const node = fields.needText("action", "Add `action:` with the id of an action, e.g. `cf.create-service`.");
  if (node === undefined) return undefined;
  const action = actions.get(node.value);
  if (action !== undefined) return action;
  const near = nearest(node.value, actions.keys());
  fields.findings.add(node.at, {
    message: `there is no action ${quoted(node.value)}`,
    remedy: near === undefined ? actionRemedy(node.value, [...actions.keys()]) : `Did you mean "${near}"? ${LISTED}`,
  });
  return near === undefined ? undefined : actions.get(near);
}

function actionRemedy(id: string, known: readonly string[]): string {
  const system = id.split(".")[0] ?? "";
  const kin = known.filter((one) => one.startsWith(`${system}.`));
  const shipped = kin.length === 0 ? LISTED : `The actions of "${system}" are: ${kin.join(", ")}.`;
  return `${shipped} ${OWN}`;
}

const LISTED = "`dingo-recover schema` lists the shipped actions.";
const OWN =
  "An own action needs its module under `actions:` of the configuration; lint, show and schema also need --with-actions.";

function readWith(fields: StepFields): LocatedTemplate {
  const node = fields.get("with");
  const empty: Located = { kind: "map", at: fields.at, end: fields.end, entries: new Map() };
  if (node === undefined || (node.kind === "scalar" && node.value === null))
    return readTemplate(fields.findings, empty);
  if (node.kind === "map") return readTemplate(fields.findings, node);
  fields.findings.add(node.at, {
    message: '"with" is not a map',
    remedy: "Write the action's inputs as `name: value` below it.",
  });
  return readTemplate(fields.findings, empty);
}

function readUntil(fields: StepFields, action: AnyAction | undefined): Text | undefined {
  const until = fields.text("until");
  if (until === undefined) return undefined;
  if (action !== undefined && action.effect !== "read")
    fields.findings.add(fields.keyAt("until"), {
      message: `"until" repeats a step, and ${action.id} changes something (effect ${action.effect})`,
      remedy: "Put `until` on a separate step that only reads.",
    });
  if (fields.get("timeout") === undefined)
    fields.findings.add(fields.keyAt("until"), {
      message: '"until" stands without a timeout',
      remedy: "Add `timeout: 10m`: after it the step fails.",
    });
  return until;
}

function readTimeout(fields: StepFields): number | undefined {
  const node = fields.get("timeout");
  if (node === undefined) return undefined;
  if (fields.get("until") === undefined)
    fields.findings.add(fields.keyAt("timeout"), {
      message: '"timeout" stands without an "until": it would bound nothing',
      remedy: "Remove it, or add `until:` with what is waited for; each action has its own time limits.",
    });
  const timeoutMs = node.kind === "scalar" && typeof node.value === "string" ? parseDuration(node.value) : undefined;
  if (timeoutMs === undefined)
    fields.findings.add(node.at, { message: '"timeout" is no duration', remedy: DURATION_REMEDY });
  return timeoutMs;
}

function readEffect(fields: StepFields, action: AnyAction | undefined): Effect | undefined {
  const node = fields.text("effect");
  if (node === undefined) return undefined;
  const effect = EFFECTS.find((one) => one === node.value);
  if (effect === undefined)
    fields.findings.add(node.at, {
      message: `there is no effect ${quoted(node.value)}`,
      remedy: `There are, in ascending order: ${EFFECTS.join(", ")}.`,
    });
  else if (action !== undefined && EFFECTS.indexOf(effect) < EFFECTS.indexOf(action.effect))
    fields.findings.add(node.at, {
      message: `"effect" lowers ${action.effect} to ${effect}`,
      remedy: `A runbook can only raise what ${action.id} declares: remove the line, or write one of ${EFFECTS.slice(EFFECTS.indexOf(action.effect)).join(", ")}.`,
    });
  return effect;
}

/** Milliseconds; undefined if the text is no duration. Zero is none. */
function parseDuration(text: string): number | undefined {
  try {
    return parse(text);
  } catch (thrown) {
    if (thrown instanceof RecoverError) return undefined;
    throw thrown;
  }
}

const DURATION_REMEDY = "Write it as `90s`, `10m` or `1h30m`.";
