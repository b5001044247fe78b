/**
 * The parts of the asked time that no log file covers, and the source that would hold them: a deletion that no source
 * could show is not "nothing" (law 5).
 */
import type { Coverage, DiscoveryQuery, SourceReport } from "../judgement/candidate.ts";
import { RETENTION_MS } from "./from-cloud-foundry.ts";
import { isGuid } from "../lines/guid.ts";
import { isNamed, type TimeWindow } from "../judgement/rank.ts";

export interface Asked {
  readonly window: TimeWindow | undefined;
  readonly now: Date;
  readonly cloudFoundry: boolean;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** A silence of this length in a log is a gap; a shorter one means that nothing happened. */
const QUIET_MS = 10 * 60_000;
/**
 * Used when no time was asked for: a night without a line is usual, a day that is missing is a file that is missing.
 */
const LONG_QUIET_MS = 24 * 3_600_000;
const MOST_TOLD = 5;

export function coverageGaps(reports: readonly SourceReport[], asked: Asked): readonly Coverage[] {
  const all = reports.flatMap((report) => report.coverage);
  const files = all.filter(({ source }) => source === "logs");
  const stores = all.filter(({ source, complete }) => source === "log-store" && complete);
  return [...logGaps({ files, stores }, asked), ...surveyGaps(all, asked)];
}

/**
 * The gap before the first source begins, when no time was asked for and no source knows the name. A name in no record
 * of Cloud Foundry or an inventory is mistyped as a rule; a GUID is copied from somewhere.
 */
export function beforeAll(reports: readonly SourceReport[], { name }: DiscoveryQuery): readonly Coverage[] {
  const told = reports.flatMap(({ sightings, notDeleted, unclear = [], living = [], known = [] }) => [
    ...[...sightings, ...notDeleted, ...unclear, ...living, ...known],
  ]);
  const all = reports.flatMap(({ coverage }) => coverage);
  const [first] = all;
  const isRecorded = all.some(({ source }) => source !== "logs" && source !== "log-store");
  if (name === undefined || (isRecorded && !isGuid(name.toLowerCase()))) return [];
  if (first === undefined || told.some((each) => isNamed(each, name))) return [];
  const begin = all.flatMap(({ from }) => from ?? []).sort()[0];
  return [
    {
      source: first.source,
      complete: false,
      why: `no source knows what was asked for: it may have gone before ${begin === undefined ? "they begin" : `they begin (${begin})`}`,
      remedy: "Say about when it went with --around TIME, and name logs that reach back to then with --logs.",
    },
  ];
}

/** An inventory does not show a deletion after its last survey, or before its first. */
function surveyGaps(all: readonly Coverage[], { window }: Asked): readonly Coverage[] {
  const spans = spansOf(all.filter(({ source }) => source === "inventory"));
  if (window === undefined || spans.length === 0) return [];
  const first = Math.min(...spans.map(({ from }) => from));
  const last = Math.max(...spans.map(({ to }) => to));
  if (first <= window.from.getTime() && last >= window.to.getTime()) return [];
  const why = `the inventory reaches from ${iso(first)} to ${iso(last)}, not over ${iso(window.from.getTime())} to ${iso(window.to.getTime())}; Cloud Foundry's own records (--cf-events) or log files would hold it`;
  return [{ source: "inventory", complete: false, why }];
}

/** Files need not hold the time that a log store has in full. */
function logGaps(
  { files, stores }: Record<"files" | "stores", readonly Coverage[]>,
  asked: Asked,
): readonly Coverage[] {
  if (files.length === 0) return [];
  const certain = files.filter((entry) => entry.guessed !== true);
  const spans = spansOf([...certain, ...stores]);
  const papertrail = files.some((entry) => entry.papertrail === true);
  const missing =
    asked.window === undefined
      ? [...between(spans, LONG_QUIET_MS), ...(papertrail ? notYetArchived(spans, asked.now) : [])]
      : outside(spans, asked.window);
  const told = missing.slice(0, MOST_TOLD).map((gap) => gapEntry(gap, { ...asked, papertrail, spans }));
  return [...told, ...guesses(files, asked.window)];
}

/** By a guessed clock a file may be a year and fourteen hours off: it does not show that nothing happened at a time. */
function guesses(logs: readonly Coverage[], window: TimeWindow | undefined): readonly Coverage[] {
  if (window === undefined || !logs.some((entry) => entry.guessed === true)) return [];
  const why =
    "the times of some files have neither year nor zone, and no line tells them: whether they reach over the time that was asked for is not known";
  return [{ source: "logs", complete: false, why }];
}

function spansOf(entries: readonly Coverage[]): readonly Span[] {
  return entries
    .flatMap(({ from, to }) =>
      from === undefined || to === undefined ? [] : [{ from: Date.parse(from), to: Date.parse(to) }],
    )
    .sort((a, b) => a.from - b.from);
}

/** Holes between the files, when these stand for one log. */
function between(spans: readonly Span[], quietMs: number): readonly Span[] {
  const gaps: Span[] = [];
  let reached = spans[0]?.to ?? 0;
  for (const { from, to } of spans) {
    if (from - reached > quietMs) gaps.push({ from: reached, to: from });
    reached = Math.max(reached, to);
  }
  return gaps;
}

/** An operator who asks about no time in particular may well ask about the last hour. */
function notYetArchived(spans: readonly Span[], now: Date): readonly Span[] {
  const newest = Math.max(...spans.map(({ to }) => to));
  return now.getTime() - newest > QUIET_MS ? [{ from: newest, to: now.getTime() }] : [];
}

/** A window may be shorter than `QUIET_MS`: if no span reaches into it, all of it is missing. */
function outside(spans: readonly Span[], { from, to }: TimeWindow): readonly Span[] {
  const within = spans.filter((span) => span.to >= from.getTime() && span.from <= to.getTime());
  if (within.length === 0) return [{ from: from.getTime(), to: to.getTime() }];
  const edges: readonly Span[] = [
    { from: Number.NEGATIVE_INFINITY, to: from.getTime() },
    ...within,
    { from: to.getTime(), to: Number.POSITIVE_INFINITY },
  ];
  return between(edges, QUIET_MS);
}

/** Files that reach over the window, and have no line in it: a quiet time, or one whose lines were lost. */
export function silence(window: TimeWindow, asked: Omit<Asked, "window">): Coverage {
  const span = { from: window.from.getTime(), to: window.to.getTime() };
  const where = holder(span, { ...asked, window, papertrail: false, spans: [] });
  const why = `no line of the log files was written from ${iso(span.from)} to ${iso(span.to)}: nothing happened then, or its lines were lost; ${where}`;
  return { source: "logs", complete: false, why };
}

interface Known extends Asked {
  readonly papertrail: boolean;
  readonly spans: readonly Span[];
}

function gapEntry(gap: Span, known: Known): Coverage {
  const text = `${iso(gap.from)} to ${iso(gap.to)}`;
  const what = known.window === undefined ? "no log file holds a line from" : "the log files do not reach over";
  const missing = { from: iso(gap.from), to: iso(gap.to) };
  return { source: "logs", complete: false, why: `${what} ${text}; ${holder(gap, known)}`, missing };
}

/** The source that would hold it. */
function holder(gap: Span, { now, cloudFoundry, papertrail, spans }: Known): string {
  const newest = Math.max(...spans.map(({ to }) => to));
  const late =
    papertrail && gap.from >= newest
      ? "Papertrail writes its archives at night, hourly on large accounts, so that the last hours are not in them: its own search has them, and "
      : "";
  if (gap.to < now.getTime() - RETENTION_MS)
    return `${late}older log files, or the file of an inventory, would hold it; Cloud Foundry's own records do not, after 31 days`;
  return cloudFoundry
    ? `${late}Cloud Foundry's own records, which were asked too, hold it as far as they are complete`
    : `${late}Cloud Foundry's own records would hold it (--cf-events), and so would the log files of that time`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
