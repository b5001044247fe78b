/**
 * The content of a run from elsewhere, for the person who is to accept it. A stranger wrote every word of it: each
 * stands in one line, in quotes, and none is believed.
 */
import type { Json } from "../../../action.ts";
import { unifiedDiff } from "../../../kit/text/line-diff.ts";
import { counted } from "../../../kit/text/counted.ts";
import { planRun } from "../../../engine/state/plan.ts";
import { replay } from "../../../engine/state/replay.ts";
import { type RunState, stateOf } from "../../../engine/state/state.ts";
import { refuse } from "../../../errors.ts";
import type { BroughtRun } from "../../../engine/journal/brought-run.ts";
import { type Entry, startOf } from "../../../engine/journal/entry.ts";
import { leftOpenIn } from "../../../engine/journal/resources.ts";
import { unspill } from "../../../engine/journal/spill.ts";
import { leaseOf } from "../../../engine/lease/open.ts";
import type { Runbook } from "../../../engine/runbook/runbook.ts";
import { begunRunbookBy, begunTextOf } from "../../runs/begun-runbook.ts";
import { isShipped } from "../../process/runbook-files.ts";

/** One line with all of the value: a part that was cut off would be obeyed unseen. */
const told = (value: Json): string => JSON.stringify(value);

/** Errors: `runbook-invalid` if it brings a runbook that cannot run here; `journal-broken` if that is missing. */
export function foreignLines({ reading, evidence }: BroughtRun): readonly string[] {
  const recall = ({ name, sha256: digest }: { readonly name: string; readonly sha256: string }): string => {
    const content = evidence.get(digest);
    if (content === undefined)
      throw refuse("journal-broken", `the evidence ${told(name)} is missing in what was brought`).advise(
        "Copy the whole directory again; nothing of it was taken in.",
      );
    return content;
  };
  const entries = reading.entries.map((entry) => unspill(entry, recall));
  const started = startOf(entries);
  if (started === undefined) return ["nothing of it has begun"];
  const state = replay(entries);
  const runbook = begunRunbookBy(entries, recall);
  return [
    `begun by ${told(started.operator)} on ${told(started.host)} at ${told(started.time)}, last written at ${told(state.updatedAt)}`,
    ...runbookLines(runbook, started.runbook, { state, text: recall(begunTextOf(started, entries)) }),
    state.target === undefined ? "target: not fixed yet" : `target: ${told(state.target)}`,
    "inputs:",
    ...Object.entries(state.inputs).map(([name, value]) => `  ${told(name)} = ${told(value)}`),
    leaseLine(entries),
    ...leftOpenIn(entries).map(
      ({ kind, data }) => `it says that this was left over and is to be removed first: ${told(kind)} ${told(data)}`,
    ),
    ...stepLines(runbook, state),
    wordsLine(entries),
  ];
}

function runbookLines(
  runbook: Runbook,
  name: string,
  { state, text }: { readonly state: RunState; readonly text: string },
): readonly string[] {
  const which = `runbook: ${told(runbook.name)} ${told(runbook.version)}`;
  if (!isShipped(name))
    return [
      `${which}, a runbook of somebody's own that comes with it and runs as it stands here:`,
      ...quotedText(text),
    ];
  const diff = unifiedDiff(`${name}.yml`, runbook.text, text);
  const isSame = state.runbookSha256 === runbook.sha256;
  if (isSame && diff === "") return [`${which}, the shipped one`];
  return [
    `${which}, and not the shipped one; the shipped one is what runs here, ${isSame ? "" : "and only with --accept-runbook"}`.replace(
      /, $/,
      "",
    ),
    "  - in the shipped one alone, + in theirs alone:",
    ...diff.split("\n").map((line) => `  ${line}`),
  ];
}

const quotedText = (text: string): readonly string[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => `  | ${line}`);

function leaseLine(entries: readonly Entry[]): string {
  const lease = leaseOf(entries);
  if (lease === undefined) return "lease: none; nothing keeps it from being taken in on two machines";
  return `lease: ${told(lease)}; the journal is written there as well, with the credentials of this machine`;
}

/** The steps that it claims to have done, and those that it would do next, each with its effect. */
function stepLines(runbook: Runbook, state: RunState): readonly string[] {
  const plan = planRun(runbook).steps.map(({ step, effect }) => ({
    id: step.id,
    title: step.title,
    effect,
    kind: standing(state, step.id),
  }));
  const done = plan.filter(({ kind }) => kind === "succeeded");
  const left = plan.filter(({ kind }) => kind !== "succeeded" && kind !== "skipped");
  const way =
    state.back || state.undoAsked ? ["it is on its way back: what it did is being undone, last step first"] : [];
  return [
    `done, as it says: ${done.length === 0 ? "nothing" : done.map(({ id, effect }) => `${id} (${effect})`).join(", ")}`,
    ...way,
    left.length === 0 ? "next: nothing is left" : "next:",
    ...left.map(
      ({ id, effect, title, kind }) =>
        `  ${id} (${effect})${kind === "pending" ? "" : `, ${kind}, looked at first`}: ${told(title)}`,
    ),
  ];
}

function wordsLine(entries: readonly Entry[]): string {
  const count = (type: Entry["type"]): number => entries.filter((entry) => entry.type === type).length;
  const words = [
    counted(count("approved"), "approval"),
    counted(count("answered"), "answer"),
    counted(count("decided"), "decision"),
  ];
  return `${words.join(", ")} of people elsewhere: none counts here, each is asked for again`;
}

/** Where a step stands, in the one word of its state. Of a step with items, that of the one which is furthest from done. */
function standing(state: RunState, step: string): string {
  const items = [...state.units].filter(([name]) => name.startsWith(`${step}[`)).map(([, { kind }]) => kind);
  return items.find((kind) => kind !== "succeeded") ?? items[0] ?? stateOf(state, { step }).kind;
}
