/** The findings of `doctor` for people: a mark for each thing, and below a failure its consequence and remedy. */
import type { Check, Section, State } from "../../../config/doctor/check.ts";
import type { Outcome } from "../../../config/doctor/outcome.ts";
import { counted } from "../../../kit/text/counted.ts";
import { EXIT } from "../../../errors.ts";
import type { Output } from "../../screen/output.ts";
import type { Paint } from "../../screen/paint.ts";
import { wrap } from "../../screen/text.ts";

const MARKS: Readonly<Record<State, { readonly word: string; readonly style: keyof Paint }>> = {
  ok: { word: "ok", style: "good" },
  note: { word: "note", style: "faint" },
  warning: { word: "warning", style: "warn" },
  failed: { word: "FAILED", style: "bad" },
  unknown: { word: "unknown", style: "warn" },
};
const INDENT = " ".repeat(10);

/** Healthy checks are summed up in one line. With `verbose` each has its line, and so have mere notes. */
export function showSection(output: Output, { title, place, checks }: Section, verbose: boolean): void {
  const head = place === undefined ? title : `${title}, ${place}`;
  const well = verbose ? [] : checks.filter(({ state }) => state === "ok");
  const rest = verbose ? checks : checks.filter(({ state }) => state !== "ok" && state !== "note");
  const text = well.map((check) => check.text).join("; ");
  if (rest.length === 0) return showCheck(output, { id: "", state: "ok", text: `${head}: ${text || "nothing to do"}` });
  output.line(head, "strong");
  if (well.length > 0) showCheck(output, { id: "", state: "ok", text });
  const said = new Set<string>();
  for (const check of rest) {
    const { means, ...without } = check;
    // A consequence that several checks share is said once.
    showCheck(output, means === undefined || said.has(means) ? without : check);
    if (means !== undefined) said.add(means);
  }
}

function showCheck(output: Output, check: Check): void {
  const width = Math.min(output.columns, 100);
  const { word, style } = MARKS[check.state];
  const { text, code, means, mend, state } = check;
  const told = state === "ok" || state === "note" || code === undefined ? text : `${text} (${code})`;
  const [first = "", ...rest] = wrap(told, width, INDENT);
  output.marked(`  ${word.padEnd(7)}`, first.trimStart(), style);
  for (const line of rest) output.line(line);
  for (const more of [means, mend])
    if (more !== undefined && state !== "ok") for (const line of wrap(more, width, `${INDENT}  `)) output.line(line);
}

export interface Ending {
  readonly runbook: string;
  readonly verbose: boolean;
}

export function showOutcome(output: Output, { counts, exitCode }: Outcome, { runbook, verbose }: Ending): void {
  const width = Math.min(output.columns, 100);
  const parts = [
    ...(counts.failed > 0 ? [`${counts.failed} failed`] : []),
    ...(counts.unknown > 0 ? [`${counts.unknown} unknown`] : []),
    ...(counts.warning > 0 ? [counted(counts.warning, "warning")] : []),
  ];
  const notes = counts.note > 0 && !verbose ? ` ${counted(counts.note, "note")} with --verbose.` : "";
  const ready = exitCode === EXIT.done || exitCode === EXIT.warning;
  const text = ready
    ? `Ready for ${runbook}${parts.length === 0 ? "." : `, with ${parts.join(", ")}.`}`
    : `Not ready for ${runbook}: ${parts.join(", ")}.${counts.unknown > 0 ? " What is unknown could not be looked at: it is not the same as absent." : ""}`;
  output.line();
  for (const line of wrap(`${text}${notes}`, width)) output.line(line, ready ? "good" : "bad");
}
