/** Brings the sources' words about one instance together: agreement raises, contradiction is shown and not averaged. */
import type { Candidate, KnownInstance, Kind, NotDeleted, Sighting, SourceReport, Unclear } from "./candidate.ts";
import { optional } from "../../kit/optional.ts";
import { agreementBonus } from "./rank.ts";
import { plainTime } from "../lines/stamp.ts";
import { unclearNote } from "./unclear.ts";

/** Clocks of Cloud Controller and broker, and an asynchronous end, explain this much. */
const SAME_DELETION_MS = 10 * 60_000;

export interface Merged {
  readonly candidates: readonly Candidate[];
  readonly notDeleted: readonly NotDeleted[];
  /** Of which nothing else is known. */
  readonly unclear: readonly Unclear[];
}

export function merge(reports: readonly SourceReport[]): Merged {
  const denials = new Map<string, NotDeleted>();
  for (const denial of reports.flatMap((report) => report.notDeleted)) denials.set(denial.guid, denial);
  const known = newestKnown(reports.flatMap((report) => report.known ?? []));
  const unclear = new Map(reports.flatMap((report) => (report.unclear ?? []).map((each) => [each.guid, each])));
  const candidates: Candidate[] = [];
  for (const [guid, sightings] of bySubject(reports.flatMap((report) => report.sightings))) {
    const denial = denials.get(guid);
    if (denial?.final === true) continue;
    denials.delete(guid);
    const candidate = withUnclear(together(sightings, denial), unclear.get(guid));
    unclear.delete(guid);
    candidates.push(withKnown(candidate, known.get(guid)));
  }
  return { candidates, notDeleted: [...denials.values()], unclear: [...unclear.values()] };
}

function newestKnown(all: readonly KnownInstance[]): ReadonlyMap<string, KnownInstance> {
  const newest = new Map<string, KnownInstance>();
  for (const each of all) {
    const other = newest.get(each.guid);
    const [older, newer] = other !== undefined && other.notedAt > each.notedAt ? [each, other] : [other, each];
    newest.set(each.guid, { ...older, ...newer });
  }
  return newest;
}

/** Adds the questions that the logs leave open to a candidate that another source knows. */
function withUnclear(candidate: Candidate, unclear: Unclear | undefined): Candidate {
  if (unclear === undefined) return candidate;
  const { guid: _guid, evidence, ...described } = unclear;
  return {
    ...described,
    ...candidate,
    mayLive: true,
    notes: [...candidate.notes, unclearNote(unclear)],
    evidence: [...candidate.evidence, ...evidence],
  };
}

/** Only names that no sighting tells: a name may have changed since it was noted. */
function withKnown(candidate: Candidate, known: KnownInstance | undefined): Candidate {
  if (known === undefined) return candidate;
  const { guid: _guid, source: _source, notedAt: _notedAt, createdAt, boundApps = [], ...fields } = known;
  const names = new Map(boundApps.map(({ appGuid, name }) => [appGuid, name]));
  const bound = (candidate.boundApps ?? []).map((app) => ({ ...optional("name", names.get(app.appGuid)), ...app }));
  const lived = livedSince(createdAt, candidate);
  const name = known.source === "inventory" ? laterName(candidate, known.name) : {};
  return { ...fields, ...candidate, ...name, ...lived, ...(bound.length > 0 ? { boundApps: bound } : { boundApps }) };
}

/** A broker keeps the first name of a service; a survey saw a later one. */
function laterName({ name, sources }: Candidate, noted: string | undefined): Pick<Candidate, "name" | "firstName"> {
  if (noted === undefined || name === noted || sources.includes("cloud-foundry")) return optional("name", name);
  return { name: noted, ...optional("firstName", name) };
}

/** Logs may begin with a second create of it, or have one that failed. */
function livedSince(createdAt: string | undefined, { deletedAt, livedMs }: Candidate): { readonly livedMs?: number } {
  const known = Date.parse(deletedAt ?? "") - Date.parse(createdAt ?? "");
  return livedMs === undefined || Number.isNaN(known) || known <= livedMs ? {} : { livedMs: known };
}

function bySubject(sightings: readonly Sighting[]): Map<string, Sighting[]> {
  const subjects = new Map<string, Sighting[]>();
  for (const sighting of sightings) subjects.set(sighting.guid, [...(subjects.get(sighting.guid) ?? []), sighting]);
  return subjects;
}

/** A stop belongs to one deletion: if another source knows a later one, it may have lived again. */
const hasOneEnd = (sightings: readonly Sighting[], denial: NotDeleted | undefined): boolean =>
  denial === undefined && disagreement(sightings).length === 0;

function together(sightings: readonly Sighting[], denial: NotDeleted | undefined): Candidate {
  const [first, ...rest] = [...sightings].sort(cloudFoundryFirst);
  if (first === undefined) throw new RangeError("an instance without a sighting");
  const { source: _source, weight: _weight, ...fields } = Object.assign({}, ...[...rest].reverse(), first) as Sighting;
  const sources = [...new Set(sightings.map((sighting) => sighting.source))];
  const weight = sightings.reduce((sum, sighting) => sum + sighting.weight, 0);
  const kind = kindOf(sightings, denial);
  const logs = sightings.find((sighting) => sighting.source === "logs");
  const { cleanStop, ...others } = fields;
  const firstName = logs?.name === others.name ? undefined : logs?.name;
  return {
    ...others,
    ...optional("firstName", firstName),
    ...(hasOneEnd(sightings, denial) ? optional("cleanStop", cleanStop) : {}),
    kind,
    why: [...new Set(sightings.map(({ why }) => why))].join("; "),
    ...(logs?.lastWal === undefined ? {} : { lastWal: logs.lastWal }),
    ...longestLife(sightings),
    score: weight + agreementBonus(sources) - (denial === undefined ? 0 : 40),
    sources,
    ...(logs?.deletedAt === undefined || disagreement(sightings).length > 0 ? {} : { deletedAt: logs.deletedAt }),
    mayLive: denial !== undefined || sightings.some((sighting) => sighting.mayLive === true),
    notes: [...sightings.flatMap((sighting) => sighting.notes), ...disagreement(sightings), ...contradiction(denial)],
    evidence: [...sightings.flatMap((sighting) => sighting.evidence), ...(denial?.evidence ?? [])],
  };
}

/** Who saw less of it saw a shorter life. */
function longestLife(sightings: readonly Sighting[]): { readonly livedMs?: number } {
  const lives = sightings.flatMap(({ livedMs }) => (livedMs === undefined ? [] : [livedMs]));
  return lives.length === 0 ? {} : { livedMs: Math.max(...lives) };
}

/** Cloud Foundry knows names; the log knows nanoseconds and nodes. */
function cloudFoundryFirst(a: Sighting, b: Sighting): number {
  return Number(b.source === "cloud-foundry") - Number(a.source === "cloud-foundry");
}

/** A deletion that a log shows undone is not "deleted" because an event says so; else the surest word counts. */
function kindOf(sightings: readonly Sighting[], denial: NotDeleted | undefined): Kind {
  if (denial?.insteadOfDeleted !== undefined) return denial.insteadOfDeleted;
  const kinds = sightings.map((sighting) => sighting.kind);
  const surest: readonly Kind[] = ["recreated", "deleted", "purged", "deletion-failed-halfway"];
  return surest.find((kind) => kinds.includes(kind)) ?? kinds[0] ?? "deletion-requested";
}

function disagreement(sightings: readonly Sighting[]): readonly string[] {
  const times = sightings.flatMap((sighting) => (sighting.deletedAt === undefined ? [] : [sighting.deletedAt]));
  const [one, two] = times;
  if (one === undefined || two === undefined) return [];
  if (Math.abs(Date.parse(one) - Date.parse(two)) <= SAME_DELETION_MS) return [];
  return [`The sources disagree on when: ${times.map(plainTime).join(" and ")}.`];
}

function contradiction(denial: NotDeleted | undefined): readonly string[] {
  return denial === undefined ? [] : [`The logs speak against it: ${denial.why}.`];
}
