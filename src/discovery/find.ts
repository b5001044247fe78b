/** Which instance was deleted? All sources are asked, one that fails makes the answer incomplete, not wrong. */
import type { CloudFoundry } from "../ports/cloud-foundry.js";
import type { LogFiles } from "../ports/log-files.js";
import type { Coverage, Discovery, DiscoveryQuery, SourceReport } from "./candidate.js";
import { fromCloudFoundry, RETENTION_MS } from "./from-cloud-foundry.js";
import { fromLogs } from "./from-logs.js";
import { isGuid } from "./guid.js";
import { merge } from "./merge.js";
import { sortOutPresent } from "./present.js";
import { rank, windowOf, type TimeWindow } from "./rank.js";
import { attempt } from "./tried.js";

export interface DiscoverySources {
  readonly cf?: CloudFoundry | undefined;
  readonly logs?: { readonly files: LogFiles; readonly patterns: readonly string[] } | undefined;
  /** The time of asking: bounds windows and Cloud Foundry's retention. */
  readonly now: Date;
}

/** A log that ends this shortly before the window does is one where nothing happened. */
const QUIET_MS = 10 * 60_000;

/** Never throws for a source that fails; with no source at all the answer is empty and incomplete. */
export async function findDeletedInstance(sources: DiscoverySources, asked: DiscoveryQuery): Promise<Discovery> {
  const { cf, logs, now } = sources;
  const query = await withSpaceGuid(cf, asked);
  const window = windowOf(query, now);
  const reports: SourceReport[] = [];
  if (cf !== undefined) {
    const since = window?.from ?? new Date(now.getTime() - RETENTION_MS);
    reports.push(await fromCloudFoundry(cf, since, now));
  }
  if (logs !== undefined) reports.push(await fromLogs(logs.files, logs.patterns));
  const merged = merge(reports);
  const ranked = rank(merged.candidates, query, now);
  const present = cf === undefined ? undefined : await sortOutPresent(cf, ranked);
  const coverage = [
    ...reports.flatMap((report) => report.coverage),
    ...gaps(reports, window),
    ...(present?.coverage ?? []),
  ];
  const notDeleted = [...(present?.notDeleted ?? []), ...merged.notDeleted];
  return {
    candidates: present?.candidates ?? ranked,
    notDeleted: query.all === true ? notDeleted : notDeleted.filter(({ guid }) => isGuid(guid)),
    coverage,
    complete: coverage.length > 0 && coverage.every((entry) => entry.complete),
  };
}

/** Logs hold GUIDs only: a space named together with its org can be compared with them. */
async function withSpaceGuid(cf: CloudFoundry | undefined, query: DiscoveryQuery): Promise<DiscoveryQuery> {
  const { org, space } = query;
  if (cf === undefined || org === undefined || space === undefined || isGuid(space)) return query;
  const { value } = await attempt(() => cf.findSpace({ org, space }));
  return value === undefined ? query : { ...query, spaceGuid: value.guid, orgGuid: value.orgGuid };
}

/** What of the window no log file reaches. */
function gaps(reports: readonly SourceReport[], window: TimeWindow | undefined): readonly Coverage[] {
  const logs = reports.flatMap((report) => report.coverage).filter((entry) => entry.source === "logs");
  if (window === undefined || logs.length === 0) return [];
  const spans = logs.flatMap(({ from, to }) => (from === undefined || to === undefined ? [] : [{ from, to }]));
  const first = Math.min(...spans.map((span) => Date.parse(span.from)));
  const last = Math.max(...spans.map((span) => Date.parse(span.to)));
  const reached = first <= window.from.getTime() + QUIET_MS && last >= window.to.getTime() - QUIET_MS;
  if (spans.length > 0 && reached) return [];
  const asked = `${window.from.toISOString()} to ${window.to.toISOString()}`;
  return [{ source: "logs", complete: false, why: `the log files do not reach over the whole window, ${asked}` }];
}
