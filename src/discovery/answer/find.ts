/** Which instance was deleted? All sources are asked. If one fails, the answer is incomplete, and not wrong. */
import type { CloudFoundry } from "../../ports/cloud-foundry.ts";
import type { LogSearch } from "../../ports/log-search.ts";
import type {
  Coverage,
  Discovery,
  DiscoveryQuery,
  KnownInstance,
  Sighting,
  SourceReport,
} from "../judgement/candidate.ts";
import { beforeAll, coverageGaps, silence } from "../sources/coverage-gaps.ts";
import type { Clusterdata } from "../sources/from-clusterdata.ts";
import { fromCloudFoundry, RETENTION_MS } from "../sources/from-cloud-foundry.ts";
import type { InventoryFiles } from "../sources/from-inventory.ts";
import { fromLogs, type LogPlaces } from "../sources/from-logs.ts";
import { fromStore } from "../sources/from-store.ts";
import { isGuid } from "../lines/guid.ts";
import { sortOutLiving } from "../judgement/living.ts";
import { merge } from "../judgement/merge.ts";
import { sortOutPresent } from "../sources/present.ts";
import { pastOf, rank, renamedPerhaps, type TimeWindow, windowOf } from "../judgement/rank.ts";
import { shown } from "../lines/safe-text.ts";
import { attempt } from "../judgement/tried.ts";
import { renamedGap, unclearGap, unclearThatFit } from "../judgement/unclear.ts";

export interface DiscoverySources {
  readonly cf?: CloudFoundry | undefined;
  readonly logs?: LogPlaces | undefined;
  readonly stores?: readonly LogSearch[] | undefined;
  readonly inventory?: InventoryFiles | undefined;
  readonly clusterdata?: Clusterdata | undefined;
  /** The time of asking: bounds windows and Cloud Foundry's retention. */
  readonly now: Date;
}

/** Never throws for a source that fails; with no source at all the answer is empty and incomplete. */
export async function findDeletedInstance(sources: DiscoverySources, asked: DiscoveryQuery): Promise<Discovery> {
  const { cf, logs, stores = [], inventory, clusterdata, now } = sources;
  const query = await withSpaceGuid(cf, asked);
  const window = windowOf(query);
  const asking: Asking = { sources, query, window };
  const before: SourceReport[] = [];
  if (cf !== undefined) {
    const since = window?.from ?? new Date(now.getTime() - RETENTION_MS);
    before.push(await fromCloudFoundry(cf, since, now));
  }
  const stored = await Promise.all(stores.map((store) => fromStore(store, window, query.all)));
  const heard = logs !== undefined || stored.length > 0;
  // Everything is asked for: then nothing may be left out.
  const files = logs === undefined ? undefined : { ...logs, now };
  const fromFiles = heard ? await fromLogs(files, stored, logQuestion(query, window)) : undefined;
  const after: SourceReport[] = [];
  // Loaded when they are asked for: their checks of form take longer to load than a search of small files takes.
  if (inventory !== undefined) after.push((await import("../sources/from-inventory.ts")).fromInventory(inventory));
  if (clusterdata !== undefined) after.push(await recordsOf(clusterdata, cf, query));
  const conclude = (report: SourceReport | undefined): Promise<Discovery> =>
    concluded([...before, ...(report === undefined ? [] : [report]), ...after], asking);
  const first = await conclude(fromFiles);
  const { inFull, isSilent } = fromFiles ?? {};
  const isEnough = first.candidates.length > 0 && first.unclear === undefined;
  const last = isEnough || inFull === undefined ? first : await conclude(await inFull());
  const past = window === undefined ? undefined : pastOf(window, query, now);
  const nothing = last.complete && last.candidates.length === 0 && past !== undefined && stores.length === 0;
  if (!nothing || isSilent?.(past) !== true) return last;
  const gap = silence(past, { now, cloudFoundry: cf !== undefined });
  return { ...last, coverage: [...last.coverage, gap], complete: false };
}

const logQuestion = (
  { all, name, around }: DiscoveryQuery,
  window: TimeWindow | undefined,
): Parameters<typeof fromLogs>[2] => ({
  window: all === true ? undefined : window,
  name,
  around,
});

interface Asking {
  readonly sources: DiscoverySources;
  readonly query: DiscoveryQuery;
  readonly window: TimeWindow | undefined;
}

async function concluded(told: readonly SourceReport[], asking: Asking): Promise<Discovery> {
  const found = await judgedTogether(told, asking);
  if (found.candidates.some(({ misfit }) => misfit !== true) || found.unclear !== undefined) return found;
  const living = await withoutDeletion(asking.sources.cf, told);
  const last = living.length === 0 ? found : await judgedTogether([...told, ...living], asking);
  const early = asking.window === undefined ? beforeAll([...told, ...living], asking.query) : [];
  return early.length === 0 ? last : { ...last, coverage: [...last.coverage, ...early], complete: false };
}

async function judgedTogether(
  reports: readonly SourceReport[],
  { sources, query, window }: Asking,
): Promise<Discovery> {
  const { cf, now } = sources;
  const past = window === undefined ? undefined : pastOf(window, query, now);
  const merged = merge(reports);
  const ranked = rank(merged.candidates, query);
  const present = cf === undefined ? undefined : await sortOutPresent(cf, ranked);
  const fits = ranked.some(({ misfit }) => misfit !== true);
  const unclear = unclearThatFit(merged.unclear, query);
  const coverage = [
    ...reports.flatMap((report) => report.coverage),
    ...coverageGaps(reports, { window: past, now, cloudFoundry: cf !== undefined }),
    ...unclear.map(unclearGap),
    ...renamedGap(fits ? [] : renamedPerhaps(merged.candidates, query)),
    ...deaf(reports),
    ...(present?.coverage ?? []),
  ];
  const notDeleted = [...(present?.notDeleted ?? []), ...merged.notDeleted];
  const ranks = new Set(ranked.map(({ guid }) => guid));
  const others = merged.candidates.filter(({ guid }) => !ranks.has(guid));
  // Candidates that only lack the name come first, the nearest in time before the others.
  const unfit = [...new Map([...renamedPerhaps(others, query), ...others].map((each) => [each.guid, each])).values()];
  return {
    asked: query,
    candidates: present?.candidates ?? ranked,
    ...(unclear.length === 0 ? {} : { unclear }),
    ...(unfit.length === 0 ? {} : { unfit }),
    notDeleted: query.all === true ? notDeleted : notDeleted.filter(({ guid }) => isGuid(guid)),
    coverage,
    complete: coverage.length > 0 && coverage.every((entry) => entry.complete),
  };
}

/** For an instance whose deletion no source has. */
async function withoutDeletion(
  cf: CloudFoundry | undefined,
  told: readonly SourceReport[],
): Promise<readonly SourceReport[]> {
  const judged = new Set(
    told.flatMap(({ sightings, notDeleted, unclear = [] }) =>
      [...sightings, ...notDeleted, ...unclear].map(({ guid }) => guid),
    ),
  );
  const living = told.flatMap((report) => report.living ?? []).filter(({ guid }) => !judged.has(guid));
  return living.length === 0 ? [] : [await sortOutLiving(cf, living)];
}

/** Logs hold GUIDs only: a space named together with its org can be compared with them. */
async function withSpaceGuid(cf: CloudFoundry | undefined, query: DiscoveryQuery): Promise<DiscoveryQuery> {
  const { org, space } = query;
  if (cf === undefined || org === undefined || space === undefined || isGuid(space)) return query;
  const { value } = await attempt(() => cf.findSpace({ org, space }));
  return value === undefined ? query : { ...query, spaceGuid: value.guid, orgGuid: value.orgGuid };
}

async function recordsOf(
  clusterdata: Clusterdata,
  cf: CloudFoundry | undefined,
  query: DiscoveryQuery,
): Promise<SourceReport> {
  const { fromClusterdata } = await import("../sources/from-clusterdata.ts");
  const report = await fromClusterdata(clusterdata);
  return cf === undefined ? report : { ...report, sightings: fromRecords(report.known ?? [], query) };
}

/** The broker's records say who an instance was. It is a candidate only if Cloud Foundry says that it is gone. */
function fromRecords(known: readonly KnownInstance[], { name }: DiscoveryQuery): readonly Sighting[] {
  if (name === undefined) return [];
  return known
    .filter((each) => each.source !== "inventory" && each.name === name)
    .map(({ guid, notedAt, source, ...fields }) => ({
      guid,
      source,
      kind: "gone",
      why: `the broker kept its record, written at ${notedAt}, and Cloud Foundry has no such instance now`,
      weight: 15,
      ...fields,
      notes: [],
      evidence: [
        {
          source,
          id: guid,
          text: shown(`record of "${name}" ${guid}, written at ${notedAt}`),
        },
      ],
    }));
}

/** Records that say who an instance was do not say which one is gone. */
function deaf(reports: readonly SourceReport[]): readonly Coverage[] {
  const told = reports.flatMap((report) => report.coverage.map(({ source }) => source));
  const hears = told.some((source) => source !== "clusterdata");
  const why =
    "the broker's records say who an instance was, not that it went: ask Cloud Foundry (--cf-events) or logs too";
  return hears ? [] : [{ source: told[0] ?? "clusterdata", complete: false, why }];
}
