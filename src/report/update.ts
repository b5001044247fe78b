/** Where a run stands, in a few sentences for the people who wait: no step, no GUID, no command in it. */
import { counted } from "../kit/text/counted.ts";
import { printable } from "../kit/text/printable.ts";
import { type Entry, startOf } from "../engine/journal/entry.ts";
import { targetOf } from "./called.ts";
import type { ReportedBatch } from "./batch.ts";
import { endingOf } from "./digest.ts";
import { countsText, graveTexts } from "./findings.ts";
import type { Found } from "./found.ts";
import { shortLossText } from "../archive/loss.ts";
import { standingText, undoneText } from "./standing/standing.ts";
import { sentence } from "./sentence.ts";
import { isRecovery } from "./summary.ts";
import { between, type Times } from "./times.ts";

/**
 * One line, which people pass on: no terminal obeys anything in it, and no part of it looks like a command. Times are in UTC,
 * with the wall's beside it if that is another.
 */
export function updateOf(
  entries: readonly Entry[],
  { batch, ...told }: Omit<Told, "about"> & { batch?: ReportedBatch | undefined },
): string {
  const { found } = told;
  const started = startOf(entries);
  if (started === undefined) return "The run has not begun yet.";
  const what = isRecovery(entries, found) ? "the service" : `the runbook ${started.runbook}`;
  const about = found.name ?? targetOf(entries) ?? what;
  const sentences = [
    started.rehearsal ? "This is a rehearsal." : undefined,
    ...(batch === undefined ? standing(entries, { ...told, about }) : ofBatch(batch, { about, entries })),
  ];
  const said = sentences.filter((sentence) => sentence !== undefined).join(" ");
  return printable(said.replace(/\s+/gu, " "));
}

/** The run itself ends with the agreement: the batch has its end with its last database. */
function ofBatch(
  { told, members, isFinished, updatedAt }: ReportedBatch,
  { about, entries }: { about: string; entries: readonly Entry[] },
): readonly string[] {
  const after = between(entries[0]?.time ?? "", updatedAt);
  return [
    `${about}: ${told}, ${after} after the work on it began.`,
    ...members.flatMap(({ name, lost }) => (lost === "" ? [] : [sentence(`${name}: ${lost}`)])),
    ...(isFinished ? [] : ["The work on the others is not finished."]),
  ];
}

interface Told {
  readonly about: string;
  readonly found: Found;
  readonly times: Times;
  /** Whether a living process is at work on the run; undefined if nobody looked. */
  readonly carried?: boolean | undefined;
}

function standing(entries: readonly Entry[], told: Told): readonly (string | undefined)[] {
  const ending = endingOf(entries);
  const { about, found } = told;
  const began = entries[0]?.time ?? "";
  if (ending.kind === "ended") {
    if (ending.outcome === "undone") return [undoneText(entries, about)];
    if (ending.outcome !== "succeeded") return [`The work on ${about} goes on elsewhere.`];
    return [
      found.guid === undefined
        ? `The work on ${about} is done; it took ${between(began, ending.at)}.`
        : `${about} is back, ${between(began, ending.at)} after the work on it began.`,
      ...graveness(found),
      reach(told),
      ...rows(found.recovered),
      unprovedText(found),
    ];
  }
  if (ending.kind !== "stopped") return [...soFar(entries, told), atWork(entries, told.carried), needed(entries)];
  return [...soFar(entries, told), standingText(entries), stopped(ending.why), needed(entries)];
}

function soFar(entries: readonly Entry[], told: Told): readonly (string | undefined)[] {
  const { about, found } = told;
  if (!isRecovery(entries, found)) return [begun(entries)];
  const { readBack, appsLeft } = found;
  const resumed = entries.findLast((entry) => entry.type === "run-resumed");
  // Proved twice, inside and through the router, and nobody takes it back.
  if (readBack === undefined || found.reached === undefined || resumed?.back === true) return whatIsKnown(told);
  return [
    `${about} is back and can be logged in to; the work on it is not finished.`,
    reach(told),
    ...rows(readBack),
    unprovedText(found),
    appsLeft.length === 0 ? undefined : `Still to be bound to it and restarted: ${appsLeft.join(", ")}.`,
  ];
}

/** The subject of a runbook that brings nothing back. */
function begun(entries: readonly Entry[]): string {
  const started = startOf(entries);
  const target = targetOf(entries);
  return `The runbook ${started?.runbook ?? ""} was begun${target === undefined ? "" : ` for ${target}`}.`;
}

function whatIsKnown(told: Told): readonly (string | undefined)[] {
  const { about, found, times } = told;
  if (found.guid === undefined) return [`We look for ${about}.`];
  const when = found.deletedAt === undefined ? "" : `, deleted at ${times.both(found.deletedAt)}`;
  return [
    `We have found ${about}${when}.`,
    reach(told) ?? "Its backups are being looked at.",
    found.minutes === undefined
      ? undefined
      : `To bring it back takes about ${counted(Number(found.minutes), "minute")}.`,
  ];
}

/** Findings are told before anything that sounds like success. */
function graveness({ findings }: Found): readonly string[] {
  const gravest = findings.filter(({ severity }) => severity === findings[0]?.severity);
  return findings.length === 0 ? [] : [`Found: ${countsText(findings)}.`, ...graveTexts(gravest).map(sentence)];
}

/** Up to when, and what is lost. */
function reach({ found, times }: Told): string | undefined {
  const { reached, promised, loss } = found;
  if (promised === undefined || loss === undefined) return undefined;
  const told = shortLossText(loss);
  const lost = sentence(`${told.slice(0, 1).toUpperCase()}${told.slice(1)}`);
  return reached === undefined
    ? `Its backups reach no later than ${times.both(promised)}. ${lost}`
    : `The last transaction in it is of ${times.both(reached)}. ${lost}`;
}

/** The tables; whose data they are is told by a GUID, which is for the report. */
function rows(recovered: readonly string[]): readonly string[] {
  const tables = recovered.filter((each) => !GUID.test(each));
  return tables.length === 0 ? [] : [`Counted in it: ${tables.slice(0, MOST_TABLES).join(", ")}.`];
}

const unprovedText = ({ unproved }: Found): string | undefined =>
  unproved === undefined ? undefined : sentence(`${unproved.slice(0, 1).toUpperCase()}${unproved.slice(1)}`);

const GUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/u;
const MOST_TABLES = 5;

function atWork(entries: readonly Entry[], carried = true): string | undefined {
  if (!carried) return "No process of this machine is at work on it.";
  return entries.at(-1)?.type === "asked" ? undefined : "Work goes on.";
}

function stopped(why: string): string {
  const told = plainly(why);
  if (told === "") return "Work has stopped.";
  return told.startsWith("stopped ") ? `Work has ${sentence(told)}` : `Work has stopped: ${sentence(told)}`;
}

/** The input that the run waits for: the answer to an open question, or the demand of the stop. */
function needed(entries: readonly Entry[]): string | undefined {
  const last = entries.at(-1);
  if (last?.type === "asked") return `We need an answer: ${last.prompt}`;
  if (last?.type !== "run-stopped" || last.error === undefined) return undefined;
  const { code, remedy } = last.error;
  if (code === "interrupted") return GOES_ON;
  if (code === "stopped-by-operator") {
    const prompt = promptLeft(entries);
    return prompt === undefined ? GOES_ON : `What is needed: an answer to "${prompt}"`;
  }
  const need = plainly(remedy);
  return need === "" ? undefined : `What is needed: ${need}`;
}

const GOES_ON = "It can go on from where it stands.";

/** The question that was left without an answer; resources may have been closed since. */
export function promptLeft(entries: readonly Entry[]): string | undefined {
  const before = entries.findLast(({ type }) => type !== "run-stopped" && type !== "resource-closed");
  return before?.type === "asked" ? before.prompt : undefined;
}

/** Words of the tool for people who wait and sit at no terminal of it: the file's name for its path, without commands to type; empty if nothing else was said. */
function plainly(text: string): string {
  const told = text.split(/(?<=[.!?;])\s+/u).map(untyped);
  return told
    .filter((clause) => clause !== "")
    .join(" ")
    .replace(DIRECTORIES, "")
    .replace(/;$/u, ".");
}

/** A clause up to where something is to be typed: what is to be done after that is of no use without it. */
function untyped(clause: string): string {
  const parts = clause.replace(QUOTED, "$1").split(THEN);
  const typed = parts.findIndex((part) => TYPED.test(part));
  const told = (typed < 0 ? parts : parts.slice(0, typed)).join(THEN);
  return told === "" || typed < 0 ? told : `${told}${/[.!?;]$/u.exec(clause)?.[0] ?? ""}`;
}

const THEN = ", then ";
/** Code is told like the rest: it may be the name of what is needed. */
const QUOTED = /`([^`]+)`/gu;
/** A flag, or a command of ours. */
const TYPED = /(?:^|[\s"(])--[a-z]|\bdingo-recover [a-z]/u;
const DIRECTORIES = /(?<![\w:/.])\/(?:[^\s/"',;:()]+\/){2,}(?=[^\s/"',;:()])/gu;
