/** A runbook for people who have not got the tool, as Markdown: what it asks, and what each step does and how by hand. Pure. */
import type { Effect, JsonObject, PrintedCommand } from "../../action.ts";
import { counted } from "../../kit/text/counted.ts";
import { foreseeUnits } from "../../engine/state/foresight.ts";
import { type Plan, planRun, type PlannedStep } from "../../engine/state/plan.ts";
import { optional } from "../../kit/optional.ts";
import { resolve } from "../../engine/runbook/resolve.ts";
import type { InputSpec, Runbook, Template } from "../../engine/runbook/runbook.ts";
import { typedIn } from "../../kit/text/typed-lines.ts";

export interface ShownStep {
  readonly id: string;
  readonly title: string;
  readonly action: string;
  readonly does: string;
  readonly effect: Effect;
  readonly when?: string;
  readonly forEach?: string;
  readonly until?: string;
  readonly assert?: string;
  /** The undo's act and cost, or its remains; absent if there is no way back, and for steps that only read. */
  readonly undo?: string;
  readonly commands: readonly PrintedCommand[];
}

/** Values that are only known in a run stand as `<step.field>`, `<inputs.NAME>` or `<flags.NAME>`. */
export function shownSteps(runbook: Runbook): readonly ShownStep[] {
  const plan = planRun(runbook);
  return plan.steps.map((planned) => shown(plan, planned));
}

function shown(plan: Plan, planned: PlannedStep): ShownStep {
  const { id, title, action, when, forEach, until, assert } = planned.step;
  return {
    ...{ id, title, action: action.id, does: action.title, effect: planned.effect },
    ...optional("when", when?.text),
    ...optional("forEach", forEach?.text),
    ...optional("until", until?.text),
    ...optional("assert", assert?.text),
    ...optional("undo", undoOf(planned)),
    commands: commandsOf(plan, planned),
  };
}

function undoOf({ step: { action } }: PlannedStep): string | undefined {
  if (action.effect === "read" || action.undo === undefined) return undefined;
  return "leaves" in action.undo ? action.undo.leaves : action.undo.cost;
}

/** The commands of one item if a step has several, because nothing is known of the items here. */
function commandsOf(plan: Plan, planned: PlannedStep): readonly PrintedCommand[] {
  const { forEach: _several, ...step } = planned.step;
  const evaluator = { resolve, evaluate: () => null };
  const at = { run: "RUN", plan, evaluator, scope: { inputs: flagsOf(plan.runbook) }, skipped: new Set<string>() };
  return foreseeUnits(at, { ...planned, step }).flatMap(({ commands }) => commands);
}

/** Flags have their defaults: a placeholder is neither true nor false, and would leave the form of a command open. */
function flagsOf({ inputs }: Runbook): JsonObject {
  return Object.fromEntries(
    inputs.flatMap(({ name, default: usual }) => (typeof usual === "boolean" ? [[name, usual]] : [])),
  );
}

/** As `show` prints it, and as it stands in docs/runbooks. */
export function runbookPage(runbook: Runbook): string {
  const { name, version, title, inputs } = runbook;
  const steps = shownSteps(runbook);
  return `${[
    `# ${title}`,
    `The runbook \`${name}\`, version ${version}, with ${counted(steps.length, "step")}: what the tool does, and what a person without it types. \`<step.field>\` stands for what that step found out (a list as JSON), \`<inputs.NAME>\` for an input, \`<flags.NAME>\` for what a flag allows, \`<item>\` for the one of several that it is about. In a value that is filled in, write each \`'\` as \`'\\''\`: otherwise the shell runs what follows it. A line that begins with \`#\` is said, not typed. Its target, which is typed to confirm damage: \`${textOf(runbook.target)}\`.`,
    "## Inputs",
    inputs.length === 0 ? "None." : inputs.map(inputLine).join("\n"),
    "## Steps",
    ...(steps.some(({ undo }) => undo !== undefined) ? [COMMANDS_BACK] : []),
    ...steps.flatMap((step, index) => stepBlocks(step, index + 1)),
  ].join("\n\n")}\n`;
}

/** They depend on what the run found and noted. */
const COMMANDS_BACK =
  "The commands that take a step back are known once a run has done it: `dingo-recover undo RUN --dry-run` prints them.";

const inputLine = ({ name, type, prompt, default: usual }: InputSpec): string =>
  `- \`${name}\` (${type}): ${prompt}. ${usualText(usual)}`;

function usualText(usual: InputSpec["default"]): string {
  if (usual === undefined) return "It must be given.";
  const isEmpty = usual === null || usual === "" || (Array.isArray(usual) && usual.length === 0);
  return isEmpty ? "It may stay empty." : `Default: \`${Array.isArray(usual) ? usual.join(",") : String(usual)}\`.`;
}

const EFFECTS: Readonly<Record<Effect, string>> = {
  read: "Reads only.",
  create: "Makes something.",
  disrupt: "Disrupts what is there.",
  destroy: "Destroys what is there.",
};

const NO_WAY_BACK = "No way back: behind this step, `dingo-recover undo` refuses the whole run.";

function stepBlocks(step: ShownStep, number: number): readonly string[] {
  const rules = [
    ["Only if", step.when],
    ["Once for each of", step.forEach],
    ["Again until", step.until],
    ["Fails unless", step.assert],
  ].flatMap(([what = "", text]) => (text === undefined ? [] : [`- ${what} \`${text.trim().replace(/\s+/gu, " ")}\``]));
  const isFinal = step.undo === undefined && step.effect !== "read";
  const undo = step.undo === undefined ? [] : [`- Taken back: ${step.undo}`];
  const list = [...rules, ...undo, ...(isFinal ? [`- ${NO_WAY_BACK}`] : [])];
  return [
    `### ${number}. ${step.title}`,
    `\`${step.id}\`, by the action \`${step.action}\`${step.does === step.title ? "" : ` (${step.does})`}. ${EFFECTS[step.effect]}`,
    ...(list.length === 0 ? [] : [list.join("\n")]),
    ...(step.commands.length === 0 ? [] : [fenced(step.commands)]),
  ];
}

/** Commands of one place stand below its name; "here" is where the tool would run. */
function fenced(commands: readonly PrintedCommand[]): string {
  const typed = typedIn(commands);
  const lines = typed.flatMap(({ on, text }, index) => [
    ...(on === (typed[index - 1]?.on ?? "here") ? [] : [`# ${on === "here" ? on : `on ${on}`}:`]),
    text,
  ]);
  return ["```sh", ...lines, "```"].join("\n");
}

function textOf(template: Template): string {
  if (template.kind === "literal") return String(template.value);
  if (template.kind === "reference") return `<${named(template.path)}>`;
  if (template.kind === "text")
    return template.parts.map((part) => (typeof part === "string" ? part : `<${named(part.path)}>`)).join("");
  return "";
}

const named = ([root = "", step = "", ...fields]: readonly string[]): string =>
  (root === "steps" ? [step.replaceAll("_", "-"), ...fields] : [root, step, ...fields]).join(".");
