/** Discovery in log files and log stores: each is read once, the facts of all are judged together. */
import type { LogFile, LogFiles, SearchListener } from "../../ports/log-files.ts";
import type { Coverage, NotDeleted, Sighting, SourceReport, Unclear } from "../judgement/candidate.ts";
import { clockOf } from "../lines/line-clock.ts";
import type { Question } from "./kept-facts.ts";
import { scanLogFiles, type FileFindings, type Loss } from "./log-scan.ts";
import type { StoreFindings } from "./from-store.ts";
import type { Living } from "../judgement/living.ts";
import { isNamed, type TimeWindow } from "../judgement/rank.ts";
import { type LifeEvent, timelines } from "../judgement/timeline.ts";
import { judge, livingOf, type Verdict } from "../judgement/verdict.ts";

export interface LogPlaces {
  readonly files: LogFiles;
  readonly patterns: readonly string[];
  readonly progress?: SearchListener["progress"] | undefined;
  /** The time of asking. */
  readonly now?: Date | undefined;
}

export interface LogReport extends SourceReport {
  /**
   * Present if parts of files were left out: the same, with all of them. A window found by lines' times misses lines
   * out of order, so that only this shows that there is nothing.
   */
  readonly inFull?: () => Promise<SourceReport>;
  /** Whether no line of any file was written in the window, as far as that can be told. */
  readonly isSilent?: (window: TimeWindow) => boolean;
}

/** A line that is in a file and in a store is one event in two places. */
export async function fromLogs(
  logs: LogPlaces | undefined,
  stores: readonly StoreFindings[] = [],
  { window, ...question }: Question & { readonly window?: TimeWindow | undefined } = {},
): Promise<LogReport> {
  const reportOf = (findings: readonly FileFindings[], coverage: readonly Coverage[]): SourceReport => ({
    ...judgeAll([...findings, ...stores], question.name),
    coverage: [...coverage, ...stores.flatMap((each) => each.coverage)],
  });
  if (logs === undefined) return reportOf([], []);
  const { files, unreadable } = await logs.files.open(logs.patterns);
  const missing: Coverage[] = unreadable.map(({ path, why }) => ({
    source: "logs",
    file: path,
    complete: false,
    unread: true,
    why,
    remedy: NAME_LOGS,
  }));
  const scan = (some: readonly LogFile[], within?: TimeWindow): ReturnType<typeof scanLogFiles> =>
    scanLogFiles(logs.files, some, { window: within, progress: logs.progress, now: logs.now, question });
  const findings = await scan(files, window);
  const cover = (all: readonly FileFindings[]): readonly Coverage[] => [
    ...all.map((each) => coverageOf(each, window)),
    ...missing,
    ...strangeFiles(all),
    ...letGo(all),
  ];
  const report = reportOf(findings, cover(findings));
  const isSilent = ({ from, to }: TimeWindow): boolean => {
    const period = { from: from.getTime(), to: to.getTime(), clockOf };
    return files.length > 0 && files.every((file) => logs.files.hasLineIn(file, period) === false);
  };
  if (!findings.some(({ skipped }) => skipped)) return { ...report, isSilent };
  const inFull = async (): Promise<SourceReport> => {
    // Standard input can be read once: only the parts that were left out are read again.
    const again = files.filter((_file, index) => findings[index]?.skipped === true);
    const fresh = await scan(again);
    const all = findings.map((known) => fresh.find(({ file }) => known.skipped && file === known.file) ?? known);
    return reportOf(all, cover(all));
  };
  return { ...withNotes(report), inFull, isSilent };
}

const NAME_LOGS =
  "Name log files that are there and that this user may read, with --logs FILE or as `logs:` in the configuration.";

const NARROW = "Of the log files only that time was read: what happened to it before and after is not known here.";

function withNotes(report: SourceReport): SourceReport {
  return {
    ...report,
    sightings: report.sightings.map((sighting) => ({ ...sighting, notes: [...sighting.notes, NARROW] })),
  };
}

type Told = Pick<FileFindings, "facts" | "ignoredIds"> & Partial<Pick<FileFindings, "uploadsOf">>;

/** When an instance was deleted does not hang on its uploads: only of those that were they are looked at. */
function judgedOf(findings: readonly Told[]): ReadonlyMap<string, Judged> {
  const known = timelines(findings.flatMap((found) => found.facts));
  const judged = new Map([...known].map(([guid, events]) => [guid, { events, verdict: judge(guid, events) }]));
  const told = new Set([...judged].flatMap(([guid, { verdict }]) => (verdict === undefined ? [] : [guid])));
  const uploads = findings.flatMap(({ uploadsOf }) => uploadsOf?.(told) ?? []);
  const later = new Set(uploads.flatMap(({ guid }) => guid ?? []));
  const facts = [...later].flatMap((guid) => known.get(guid) ?? []).flatMap(({ fact, copies }) => [fact, ...copies]);
  for (const [guid, events] of timelines([...facts, ...uploads]))
    judged.set(guid, { events, verdict: judge(guid, events) });
  return judged;
}

interface Judged {
  readonly events: readonly LifeEvent[];
  readonly verdict: Verdict;
}

function judgeAll(
  findings: readonly Told[],
  name: string | undefined,
): Pick<SourceReport, "sightings" | "notDeleted" | "unclear" | "living"> {
  const living: Living[] = [];
  const sightings: Sighting[] = [];
  const notDeleted: NotDeleted[] = [];
  const unclear: Unclear[] = [];
  for (const [guid, { events, verdict }] of judgedOf(findings)) {
    if (verdict === undefined) {
      const known = name === undefined ? undefined : livingOf(guid, events);
      if (name !== undefined && known !== undefined && isNearly(known, name)) living.push(known);
    } else if ("sighting" in verdict) sightings.push(verdict.sighting);
    else if ("unclear" in verdict) unclear.push(verdict.unclear);
    else notDeleted.push(verdict.notDeleted);
  }
  const ids = new Set(findings.flatMap((found) => found.ignoredIds));
  for (const id of ids) notDeleted.push({ guid: id, why: "not a GUID: a sanity test's instance", evidence: [] });
  return { sightings, notDeleted, unclear, living };
}

/** In other capitals too: it is told then, and never taken. */
const isNearly = (known: Living, asked: string): boolean =>
  isNamed(known, asked) || known.name?.toLowerCase() === asked.toLowerCase();

/** A notice of loss comes behind what was lost. */
const NOTICE_MS = 10 * 60_000;

function lossIn(losses: readonly Loss[], window: TimeWindow | undefined): readonly string[] {
  const [from, to] = [
    window?.from.getTime() ?? Number.NEGATIVE_INFINITY,
    window?.to.getTime() ?? Number.POSITIVE_INFINITY,
  ];
  const told = losses.filter(({ at }) => at === undefined || (at >= from && at <= to + NOTICE_MS));
  const [first] = told;
  if (first === undefined) return [];
  const more = told.length > 1 ? `, the first of ${told.length} such notices` : "";
  return [`lines were lost on their way: ${first.line} says so${more}: ${first.text}`];
}

function coverageOf(
  { file, from, to, zones, guessed, papertrail, skipped, ...found }: FileFindings,
  window: TimeWindow | undefined,
): Coverage {
  const holes = [...found.holes, ...lossIn(found.losses, window)];
  return {
    source: "logs",
    file,
    ...(from === undefined ? {} : { from: from.text }),
    ...(to === undefined ? {} : { to: to.text }),
    complete: holes.length === 0,
    ...(holes.length === 0 ? {} : { why: holes.join("; ") }),
    ...(zones.length === 0 ? {} : { zones }),
    ...(guessed ? { guessed } : {}),
    ...(papertrail ? { papertrail } : {}),
    ...(skipped ? { skipped } : {}),
  };
}

/** Those that go have another name than the asked one, or none. */
function letGo([first]: readonly FileFindings[]): readonly Coverage[] {
  if (first?.letGo === undefined) return [];
  const { lines, of } = first.letGo;
  const why = `of ${of} lines about instances ${lines} were let go, those farthest from what was asked for`;
  const remedy = "Ask for less, by --name with a name or a GUID, or by --around TIME with --window.";
  return [{ source: "logs", complete: false, why, remedy, notByName: true }];
}

/** Finding nothing in files that no broker wrote says nothing about deletions. */
function strangeFiles(findings: readonly FileFindings[]): readonly Coverage[] {
  if (findings.some((found) => found.quietBrokerLines > 0)) return [];
  if (findings.length === 0) return [{ source: "logs", complete: false, unread: true, why: "no log file was read" }];
  const why = findings.some((found) => found.brokerLines > 0)
    ? "of the broker only errors are in these files: its standard error repeats them, and deletions stand in its standard output (broker.stdout.log)"
    : "no line of a Dingo PostgreSQL broker is in these files";
  return [{ source: "logs", complete: false, why }];
}
