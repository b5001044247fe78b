/** A verdict on an archive for a person: what can be had back first, then what it rests on, then what is wrong. */
import { lostSegmentsText } from "../../../archive/judgement/loss.ts";
import { notReadText, unreadText } from "../../../archive/judgement/assembly.ts";
import type { Problem, VerdictName } from "../../../archive/judgement/problem.ts";
import { type ArchiveVerdict, type BaseBackupVerdict, recoveryPointText } from "../../../archive/judgement/verdict.ts";
import type { RecoveryWindow } from "../../../archive/judgement/window.ts";
import { type TerminalOptions, terminalPicture } from "../../../archive/picture/terminal.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { counted } from "../../../kit/text/counted.ts";
import { type LossRange, lossText } from "../../../archive/loss.ts";
import { wrap } from "../../screen/text.ts";

const WIDTH = 80;
const PROGRAM = { "wal-e": "WAL-E", "wal-g": "WAL-G" } as const;

const IN_WORDS: Readonly<Record<VerdictName, string>> = {
  restorable: "restorable",
  "restorable-with-loss": "restorable with loss",
  "not-restorable": "not restorable",
  unknown: "it could not be told",
};

export interface VerdictShown extends ArchiveVerdict {
  readonly location: string;
  readonly lossRange: LossRange | null;
  readonly cost: { readonly depth: string; readonly requests: number; readonly bytes: number };
}

const PLAIN: TerminalOptions = { width: WIDTH, unicode: false };

/** `screen`: that of the picture; ASCII by default. */
export function verdictLines(shown: VerdictShown, screen: TerminalOptions = PLAIN): readonly string[] {
  return [
    `${shown.location}: ${IN_WORDS[shown.verdict]}`,
    ...outcome(shown),
    ...archive(shown),
    ...picture(shown, screen),
    ...section(
      "Base backups",
      shown.baseBackups.flatMap((base) => baseLines(base, shown)),
    ),
    ...section("Timelines", shown.timelines.flatMap(timelineLines)),
    ...section("Gaps", shown.gaps.flatMap(gapLines)),
    ...section("Findings", findings(shown.problems)),
    "",
    ...wrap(lookText(shown), WIDTH),
  ];
}

/** How far the verdict was proved, and what that took. */
function lookText({ look, cost, expiry, problems }: VerdictShown): string {
  const took = `${counted(cost.requests, "request")}, ${bytesText(cost.bytes)} read`;
  const rules = expiry.known ? "" : ` Lifecycle rules of the bucket: not known, ${whyNotKnown(problems)}.`;
  if (look === null && cost.depth !== "names") return `No object could be looked into: ${took}.`;
  if (look === null)
    return `Judged by names, sizes and small objects: ${took}; ${unreadText(look)}. --deep looks into the objects, --deep=full reads all of them.${rules}`;
  const how = cost.depth === "full" ? "read to the last byte" : "looked at, at both ends";
  const unproven = look.unproven === 0 ? "" : `, ${look.unproven} of them with no mark at their end (--deep=full)`;
  const hidden = look.hidden === 0 ? "" : `, ${look.hidden} could not be looked into`;
  const unread = unreadText(look);
  const rest = unread === "" ? "" : ` ${upperFirst(unread)}: a flipped bit there does not show. --deep=full reads it.`;
  return `${counted(look.objects, "object")} ${how}: ${look.broken} cannot be used${unproven}${hidden}.${rest} ${took}.${rules}`;
}

const upperFirst = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** A store that did not answer was not asked for them, or not heard. */
function whyNotKnown(problems: readonly Problem[]): string {
  return problems.some(({ code }) => code === "unreachable") ? "the store did not answer" : "we may not look at them";
}

/** The result of a restore, and the settings that it needs. */
function outcome(shown: VerdictShown): readonly string[] {
  const { recoveryPoint: point, chosenBase, targetTimeline, reader, loss, lossRange: range, pick } = shown;
  const lost = range === null ? lostSegmentsText(loss, notReadText(shown.look) === "") : lossText(range);
  const lines = [
    ...(point === null ? [] : [`recovery point: ${recoveryPointText(point, shown.segmentBytes)}`, lost]),
    ...(point === null || chosenBase === null
      ? []
      : [`restore ${chosenBase} with ${PROGRAM[reader]}, ${targetText(targetTimeline)}`]),
    ...(pick === null ? [] : [pickLine(pick)]),
  ];
  return lines.flatMap((line) => hanging("  ", line));
}

function pickLine({ time, base, targetTimeline, why }: NonNullable<ArchiveVerdict["pick"]>): string {
  if (base === null) return `back to ${moment(time)}: not possible, ${why}`;
  return `back to ${moment(time)}: ${base}, ${targetText(targetTimeline)} (${why})`;
}

/** `current` is a value since PostgreSQL 12. */
function targetText(target: ArchiveVerdict["targetTimeline"]): string {
  const text = `recovery_target_timeline = '${target ?? "latest"}'`;
  return target === "current" ? `${text} (up to PostgreSQL 11: leave it out)` : text;
}

/** An empty listing tells nothing about the archive: it may be a refusal. */
function archive(shown: VerdictShown): readonly string[] {
  if (shown.objects === 0) return [];
  const { postgresVersion: version, systemId, objects, bytes, expandedBytes, diskBytes, segmentsToReplay } = shown;
  const classes = Object.entries(shown.storageClasses).filter(([name]) => name !== "STANDARD");
  const made = `a restore makes ${bytesText(expandedBytes)} of data and replays ${counted(segmentsToReplay, "segment")}, ${bytesText(diskBytes)} of disk`;
  const lines = [
    `PostgreSQL ${version ?? "of unknown version"}, system identifier ${systemId ?? "not known"}`,
    `${counted(objects, "object")} of ${bytesText(bytes)}${shown.chosenBase === null ? "" : `; ${made}`}`,
    ...(classes.length === 0
      ? []
      : [`storage classes: ${classes.map(([name, count]) => `${name} ${count}`).join(", ")}`]),
    ...(shown.encrypted ? ["encrypted by OpenPGP"] : []),
  ];
  return lines.flatMap((line) => hanging("  ", line));
}

function baseLines(base: BaseBackupVerdict, { chosenBase, latestBase }: VerdictShown): readonly string[] {
  const marks = [...(base.name === chosenBase ? ["taken"] : []), ...(base.name === latestBase ? ["LATEST"] : [])];
  const mark = marks.length === 0 ? "" : ` (${marks.join(", ")})`;
  return [
    `  ${base.name}${mark}`,
    ...hanging("    ", `${base.usable ? "usable" : "not usable"}: ${base.why}`),
    ...(base.window === null ? [] : hanging("    ", windowText(base.window))),
  ];
}

function windowText({ from, to, targetTimeline, timelines }: RecoveryWindow): string {
  const way = timelines.length > 1 ? `, over timelines ${timelines.join(", ")}` : "";
  const target = targetTimeline === "latest" ? "" : `, ${targetText(targetTimeline)}`;
  return `can go back to any moment from ${from.time === null ? "its end" : moment(from.time)} to ${moment(to.time)}${way}${target}`;
}

function timelineLines(shown: ArchiveVerdict["timelines"][number]): readonly string[] {
  const { timeline, segments, first, last, parent } = shown;
  const from = parent === null ? "" : `, from ${parent.timeline} at ${parent.lsn}`;
  const range = first === last ? first : `${first} to ${last}`;
  return hanging("  ", `${timeline}: ${counted(segments, "segment")}, ${range}${from}`);
}

function gapLines({ segments, first, last, from, to }: ArchiveVerdict["gaps"][number]): readonly string[] {
  const range = first === last ? first : `${first} to ${last}`;
  const times = from === null || to === null ? "" : `, between ${moment(from)} and ${moment(to)}`;
  return hanging("  ", `${counted(segments, "segment")}: ${range}${times}`);
}

/** Of many findings of one kind a person needs some; `--json` lists them. */
const SHOWN_OF_A_KIND = 3;

function findings(problems: readonly Problem[]): readonly string[] {
  const codes = [...new Set(problems.map(({ code }) => code))].filter((code) => code !== "list-shortened");
  return codes.flatMap((code) => {
    const all = problems.filter((each) => each.code === code);
    const more = all.length - SHOWN_OF_A_KIND;
    const rest = more > 0 ? [`  ${code}: at least ${more} more (--json lists them)`] : [];
    return [...all.slice(0, SHOWN_OF_A_KIND).flatMap(problemLines), ...rest];
  });
}

/** Keys are quoted: they may hold any character. */
function problemLines({ code, key, message }: Problem): readonly string[] {
  return hanging("  ", `${code}: ${key === "" ? "" : `${JSON.stringify(key)}: `}${message}`);
}

function picture(shown: VerdictShown, screen: TerminalOptions): readonly string[] {
  const lines = terminalPicture(shown, screen);
  return lines.length === 0 ? [] : ["", ...lines];
}

/** `2026-11-21 02:14:50Z` */
function moment(iso: string): string {
  return `${iso.slice(0, 19).replace("T", " ")}Z`;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", title, ...lines];
}

/** Wrapped under its own beginning, so that each entry stands out. */
function hanging(indent: string, text: string): readonly string[] {
  const [first = "", ...rest] = wrap(text.replace(/\n/g, " "), WIDTH - 2, indent);
  return [first, ...rest.flatMap((line) => wrap(line.trimStart(), WIDTH, `${indent}  `))];
}
