/** Discovery in log files: every file is read once, the facts of all are judged together. */
import type { LogFiles } from "../ports/log-files.js";
import type { Coverage, NotDeleted, Sighting, SourceReport } from "./candidate.js";
import { scanLogFiles, type FileFindings } from "./log-scan.js";
import { timelines } from "./timeline.js";
import { judge } from "./verdict.js";

export async function fromLogs(logs: LogFiles, patterns: readonly string[]): Promise<SourceReport> {
  const { files, unreadable } = await logs.open(patterns);
  const findings = await scanLogFiles(logs, files);
  const missing: Coverage[] = unreadable.map(({ path, why }) => ({ source: "logs", file: path, complete: false, why }));
  const coverage = [...findings.map(coverageOf), ...missing, ...strangeFiles(findings)];
  return { ...judgeAll(findings), coverage };
}

function judgeAll(findings: readonly FileFindings[]): Pick<SourceReport, "sightings" | "notDeleted"> {
  const sightings: Sighting[] = [];
  const notDeleted: NotDeleted[] = [];
  for (const [guid, events] of timelines(findings.flatMap((found) => found.facts))) {
    const verdict = judge(guid, events);
    if (verdict === undefined) continue;
    if ("sighting" in verdict) sightings.push(verdict.sighting);
    else notDeleted.push(verdict.notDeleted);
  }
  const ids = new Set(findings.flatMap((found) => found.ignoredIds));
  for (const id of ids) notDeleted.push({ guid: id, why: "not a GUID: a sanity test's instance", evidence: [] });
  return { sightings, notDeleted };
}

function coverageOf({ file, from, to, holes, zones, guessed, papertrail }: FileFindings): Coverage {
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
  };
}

/** Finding nothing in files that no broker wrote says nothing about deletions. */
function strangeFiles(findings: readonly FileFindings[]): readonly Coverage[] {
  if (findings.some((found) => found.quietBrokerLines > 0)) return [];
  const why =
    findings.length === 0
      ? "no log file was read"
      : findings.some((found) => found.brokerLines > 0)
        ? "of the broker only errors are in these files: its standard error repeats them, and deletions stand in its standard output (broker.stdout.log)"
        : "no line of a Dingo PostgreSQL broker is in these files";
  return [{ source: "logs", complete: false, why }];
}
