/** Compares candidates with the question asked. Unknown is not "different": an era A log names no service. */
import { isGuid } from "../lines/guid.ts";
import type { Candidate, DiscoveryQuery } from "./candidate.ts";

/** A time without a window is meant roughly: people say "this night". */
const DEFAULT_WINDOW_MS = 24 * 3_600_000;
const NAME = 40;
const PLACE = 15;
const NEAR = 20;
const AGREEMENT = 20;
/** Keeps candidates that do not fit below all that do, when `--all` shows them. */
const MISFIT = -200;

export interface TimeWindow {
  readonly from: Date;
  readonly to: Date;
}

/**
 * The window that a question asks about; undefined for all time. It may end in the future, because the clock of this
 * machine may be wrong.
 */
export function windowOf({ around, windowMs }: DiscoveryQuery): TimeWindow | undefined {
  if (around === undefined) return undefined;
  const width = windowMs ?? DEFAULT_WINDOW_MS;
  return { from: new Date(around.getTime() - width), to: new Date(around.getTime() + width) };
}

/** The part of the window that is over, so that logs can be expected to hold it. */
export function pastOf(window: TimeWindow, { around }: DiscoveryQuery, now: Date): TimeWindow {
  const asked = around?.getTime() ?? window.from.getTime();
  return { from: window.from, to: new Date(Math.max(asked, Math.min(window.to.getTime(), now.getTime()))) };
}

export function rank(candidates: readonly Candidate[], query: DiscoveryQuery): readonly Candidate[] {
  const window = windowOf(query);
  const sorted = candidates
    .map((candidate) => {
      const fits = fitsQuestion(candidate, query) && fitsWindow(candidate, window);
      return { fits, candidate, order: orderOf(candidate, query, fits) };
    })
    .filter(({ fits }) => fits || query.all === true)
    .sort((a, b) => Number(b.fits) - Number(a.fits) || byOrder(a.order, b.order));
  // A sort by score gives the same order.
  let highest = Number.POSITIVE_INFINITY;
  return sorted.map(({ candidate, fits, order }) => {
    highest = Math.min(highest, candidate.score + order.asked + (fits ? 0 : MISFIT) + nearness(order.distance));
    return { ...candidate, score: highest, ...(fits ? {} : { misfit: true as const }) };
  });
}

/**
 * Candidates that fit except for a name that only the broker tells: the instance may have been renamed to the asked
 * name.
 */
export function renamedPerhaps(candidates: readonly Candidate[], query: DiscoveryQuery): readonly Candidate[] {
  const { name: _name, all: _all, ...elsewhere } = query;
  return rank(
    candidates.filter((each) => nameFit(each, query.name) === "renamed"),
    elsewhere,
  );
}

export function agreementBonus(sources: readonly string[]): number {
  return sources.length > 1 ? AGREEMENT : 0;
}

function fitsQuestion(candidate: Candidate, query: DiscoveryQuery): boolean {
  const { name } = query;
  return (
    ["known", "not-known"].includes(nameFit(candidate, name)) &&
    isPlace(query.space, query.spaceGuid, { name: candidate.space, guid: candidate.spaceGuid }) !== false &&
    isPlace(query.org, query.orgGuid, { name: candidate.org, guid: candidate.orgGuid }) !== false
  );
}

/** An instance that is asked for by its GUID counts as named in every source. */
export function isNamed({ guid, name }: { readonly guid: string; readonly name?: string }, asked: string): boolean {
  return name === asked || guid === asked.toLowerCase();
}

/**
 * How a candidate's name fits the asked one. A broker keeps the first name of a service: an instance that only logs
 * tell may have been renamed since.
 */
export type NameFit = "known" | "not-known" | "renamed" | "other";

export function nameFit(candidate: Candidate, asked: string | undefined): NameFit {
  if (asked === undefined || isNamed(candidate, asked)) return "known";
  if (isGuid(asked.toLowerCase())) return "other";
  if (candidate.name === undefined || candidate.firstName === asked) return "not-known";
  const tellsLast = candidate.firstName !== undefined || candidate.sources.some(isOfPlatform);
  return tellsLast ? "other" : "renamed";
}

const isOfPlatform = (source: Candidate["sources"][number]): boolean =>
  source === "cloud-foundry" || source === "inventory";

interface NamedPlace {
  readonly name: string | undefined;
  readonly guid: string | undefined;
}

/** Undefined if nobody can tell: nothing was asked, or a name when only a GUID is known. */
export function isPlace(
  asked: string | undefined,
  askedGuid: string | undefined,
  place: NamedPlace,
): boolean | undefined {
  if (asked === undefined) return undefined;
  const guid = isGuid(asked.toLowerCase()) ? asked.toLowerCase() : askedGuid;
  // A place that was deleted and made again has its name, and another GUID.
  if (guid !== undefined && place.guid !== undefined) return guid === place.guid.toLowerCase() || asked === place.name;
  return place.name === undefined ? undefined : asked === place.name;
}

function fitsWindow({ deletedAt, between }: Candidate, window: TimeWindow | undefined): boolean {
  if (window === undefined) return true;
  if (deletedAt === undefined) return between === undefined || overlaps(between, window);
  const at = Date.parse(deletedAt);
  return at >= window.from.getTime() && at <= window.to.getTime();
}

function overlaps({ after, before }: NonNullable<Candidate["between"]>, { from, to }: TimeWindow): boolean {
  return Date.parse(after) <= to.getTime() && Date.parse(before) >= from.getTime();
}

interface Order {
  /** A count of the parts of the question that the candidate is known to answer. */
  readonly asked: number;
  /** Whether there can be anything to recover. */
  readonly isGone: boolean;
  /** From the time that was asked for, in milliseconds. */
  readonly distance: number;
  readonly weight: number;
  readonly at: number;
}

function orderOf(candidate: Candidate, query: DiscoveryQuery, fits: boolean): Order {
  const { name } = query;
  const named = name !== undefined && isNamed(candidate, name) ? NAME : 0;
  const inSpace = isPlace(query.space, query.spaceGuid, { name: candidate.space, guid: candidate.spaceGuid });
  const inOrg = isPlace(query.org, query.orgGuid, { name: candidate.org, guid: candidate.orgGuid });
  const place = (inSpace === true ? PLACE : 0) + (inOrg === true ? PLACE : 0);
  const at = timeOf(candidate);
  return {
    asked: fits ? named + place : 0,
    isGone: !STILL_THERE.includes(candidate.kind),
    distance: distanceOf(candidate, query.around) ?? 0,
    weight: candidate.score,
    at: Number.isNaN(at) ? 0 : at,
  };
}

const STILL_THERE: readonly Candidate["kind"][] = ["recreated", "never-had-a-node"];

/** By the nearer of two when a time was asked for, by the surer else; of equals the later comes first. */
function byOrder(a: Order, b: Order): number {
  return (
    b.asked - a.asked ||
    Number(b.isGone) - Number(a.isGone) ||
    compared(a.distance, b.distance) ||
    b.weight - a.weight ||
    b.at - a.at
  );
}

const compared = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

/**
 * The greatest that it can be: for an instance that was deleted between two times, the farther one. Undefined if no
 * time was asked for.
 */
export function distanceOf(candidate: Candidate, around: Date | undefined): number | undefined {
  if (around === undefined) return undefined;
  const { between, deletedAt } = candidate;
  const times = deletedAt === undefined ? [between?.after, between?.before] : [deletedAt];
  const known = times.flatMap((time) => (time === undefined ? [] : [Date.parse(time)]));
  if (known.length === 0) return Number.POSITIVE_INFINITY;
  return Math.max(...known.map((time) => Math.abs(time - around.getTime())));
}

const timeOf = ({ deletedAt, between }: Candidate): number => Date.parse(deletedAt ?? between?.before ?? "");

/** Something to read: the order does not hang on it. */
const nearness = (distance: number): number => Math.round(NEAR / (1 + distance / 3_600_000));
