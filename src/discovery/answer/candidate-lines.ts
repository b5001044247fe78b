/** A candidate for a person: in full the one that is meant most likely, in a line each the others. */
import type { Candidate, DiscoveryQuery, Evidence } from "../judgement/candidate.ts";
import { isAsked, isConfirmed } from "../judgement/open-questions.ts";
import { shown } from "../lines/safe-text.ts";
import { plainTime } from "../lines/stamp.ts";
import { quote } from "../../kit/commands/shell-quote.ts";
import { recoverCommand } from "../judgement/together.ts";

const SHOWN_EVIDENCE = 3;
const TEXT_WIDTH = 160;
const LAGER = /"timestamp":"([^"]+)".{0,80}"message":"([^"]+)".{0,40}"data":(.*)\}$/;

export interface Place {
  /** From 1. */
  readonly place: number;
  /** As much of it as there is. */
  readonly inFull: boolean;
}

export function candidateLines(
  candidate: Candidate,
  query: DiscoveryQuery,
  { place, inFull }: Place,
): readonly string[] {
  const name = candidate.name === undefined ? "(name unknown)" : `"${shown(candidate.name)}"`;
  const fields = [
    ["where", where(candidate)],
    ["plan", [candidate.offering, candidate.plan ?? candidate.planGuid].filter((part) => part !== undefined).join(" ")],
    ["deleted", [whenGone(candidate), candidate.deletedBy].filter((part) => part !== undefined).join(" by ")],
    ["why", candidate.why],
    ["last WAL", lastWal(candidate)],
    ["its end", cleanStop(candidate)],
    ["apps", (candidate.boundApps ?? []).map(({ appGuid, name }) => name ?? appGuid).join(", ")],
    [
      "nodes",
      (candidate.nodes ?? []).map(({ node, cell }) => (cell === undefined ? node : `${node} on ${cell}`)).join(", "),
    ],
  ];
  const proofs = distinct(candidate.evidence).slice(0, inFull ? SHOWN_EVIDENCE : 1);
  const more = candidate.evidence.length - proofs.length;
  return [
    `${place}. ${candidate.guid}  ${name}  ${candidate.kind}  score ${candidate.score}`,
    ...fieldLines(fields),
    ...candidate.notes.map((note) => `   note     ${shown(note)}`),
    ...proofs.map((item) => `   proof    ${evidenceLine(item)}`),
    ...(more > 0 ? [`            and ${more} more; --json shows all`] : []),
    ...(candidate.open ?? []).map((why) => `   open     ${why}`),
    "",
    ...commandLines(candidate, query),
  ];
}

/** A few short lines: who, when and where, and the gravest reason why it is not confirmed. */
export function shortLines(candidate: Candidate, place: number): readonly string[] {
  const { guid, name, kind, open = [] } = candidate;
  const gone = whenGone(candidate);
  const parts = [guid, name === undefined ? "(name unknown)" : `"${name}"`, kind];
  const fields = [
    ["where", where(candidate)],
    ["deleted", gone],
    ["open", open[0]],
  ];
  return [`${place}. ${shown(parts.join("  "))}`, ...fieldLines(fields)];
}

const fieldLines = (fields: readonly (readonly (string | undefined)[])[]): readonly string[] =>
  fields.flatMap(([label = "", value = ""]) => (value === "" ? [] : [`   ${label.padEnd(8)} ${shown(value)}`]));

/** A recovery only of a confirmed candidate; for another, the open questions stand first. */
function commandLines(candidate: Candidate, query: DiscoveryQuery): readonly string[] {
  const { kind, misfit, nameTakenBy } = candidate;
  if (misfit === true || kind === "never-had-a-node") return [];
  if (kind === "recreated") return ["It may live again. Look at it first:", `   ${lookCommand(candidate)}`, ""];
  if (!isConfirmed(candidate))
    return [
      "No recovery command is printed: it is not known to be the one that was asked for.",
      `Have its owner confirm which one was deleted, then ask again with --name and its GUID alone.`,
      "",
    ];
  const { name, org, space } = candidate;
  const isWhole = [name, org, space].every((part) => part !== undefined);
  const remark = isAsked(query)
    ? []
    : ["Nothing was asked, and it is the only one. Compare it with what you were told."];
  return [
    ...remark,
    ...headOf(nameTakenBy !== undefined, isWhole),
    `   ${shown(recoverCommand(candidate, query))}`,
    "",
  ];
}

function headOf(isTaken: boolean, isWhole: boolean): readonly string[] {
  const rest = isWhole ? ":" : " (the run asks for the rest):";
  return isTaken
    ? [
        "A new service has its name: do not delete that one.",
        `The run looks at both, and asks before it changes one${rest}`,
      ]
    : [`To recover it${rest}`];
}

const lookCommand = ({ name }: Candidate): string =>
  shown(quote(name === undefined ? ["cf", "services"] : ["cf", "service", name]));

/** Nothing has taken its place, and there was something to lose. */
export function isGone({ kind, nameTakenBy }: Candidate): boolean {
  return nameTakenBy === undefined && kind !== "recreated" && kind !== "never-had-a-node";
}

function whenGone({ deletedAt, between }: Candidate): string | undefined {
  if (deletedAt !== undefined) return plainTime(deletedAt);
  return between === undefined ? undefined : `between ${plainTime(between.after)} and ${plainTime(between.before)}`;
}

/** Only a finished upload is in the archive. */
function lastWal({ lastWal: last }: Candidate): string {
  if (last === undefined) return "";
  const done = last.state === "complete" ? "sent" : "begun to be sent";
  return `${last.segment ?? "a segment"} ${done} at ${plainTime(last.at)}`;
}

/** Data written before that moment is in the archive. */
function cleanStop({ cleanStop: stop }: Candidate): string {
  if (stop === undefined) return "";
  return `orderly: its server ended once its last segment ${stop.segment} was in the archive, at ${plainTime(stop.at)}`;
}

function where(candidate: Candidate): string {
  const parts = [candidate.org ?? candidate.orgGuid, candidate.space ?? candidate.spaceGuid];
  return parts.filter((part) => part !== undefined).join(" / ");
}

/** A line is often in several files: here once. */
function distinct(evidence: readonly Evidence[]): readonly Evidence[] {
  const seen = new Set<string>();
  return evidence.filter(({ text }) => {
    const core = lagerPart(text);
    return !seen.has(core) && seen.add(core);
  });
}

function evidenceLine(evidence: Evidence): string {
  return `${shown(placeOf(evidence))}\n            ${cut(lagerPart(evidence.text))}`;
}

/** A search that skipped ahead counts no lines. */
function placeOf({ source, id = "", file, line, byteOffset, index }: Evidence): string {
  if (file === undefined) return `${index ?? source}${index === undefined ? " " : "/"}${id}`;
  if (line !== undefined) return `${file}:${line}`;
  return byteOffset === undefined ? file : `${file}, byte ${byteOffset}`;
}

/** Without the head of the log, which is long and says little. */
function lagerPart(text: string): string {
  const [, stamp, message, data] = LAGER.exec(text) ?? [];
  return stamp === undefined ? text : `${stamp} ${message} ${data}`;
}

function cut(text: string): string {
  return text.length > TEXT_WIDTH ? `${text.slice(0, TEXT_WIDTH - 1)}…` : text;
}
