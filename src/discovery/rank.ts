/** Compares candidates with the question asked. Unknown is not "different": an era A log names no service. */
import { isGuid } from "./guid.js";
import type { Candidate, DiscoveryQuery } from "./candidate.js";

/** A time without a window is meant roughly: people say "this night". */
const DEFAULT_WINDOW_MS = 24 * 3_600_000;
const NAME = 40;
const PLACE = 15;
const NEAR = 20;
const AGREEMENT = 20;
/** Keeps what does not fit below everything that does, where `--all` shows it. */
const MISFIT = -200;

export interface TimeWindow {
  readonly from: Date;
  readonly to: Date;
}

/** The window that a question asks about, never reaching into the future; undefined for all time. */
export function windowOf({ around, windowMs }: DiscoveryQuery, now: Date): TimeWindow | undefined {
  if (around === undefined) return undefined;
  const width = windowMs ?? DEFAULT_WINDOW_MS;
  const to = Math.max(around.getTime(), Math.min(around.getTime() + width, now.getTime()));
  return { from: new Date(around.getTime() - width), to: new Date(to) };
}

export function rank(candidates: readonly Candidate[], query: DiscoveryQuery, now: Date): readonly Candidate[] {
  const window = windowOf(query, now);
  const judged = candidates.map((candidate) => {
    const fits = fitsQuestion(candidate, query) && fitsWindow(candidate, window);
    const score = candidate.score + bonus(candidate, query, window) + (fits ? 0 : MISFIT);
    return { fits, candidate: { ...candidate, score, ...(fits ? {} : { misfit: true as const }) } };
  });
  return judged
    .filter(({ fits }) => fits || query.all === true)
    .map(({ candidate }) => candidate)
    .sort(byScore);
}

export function agreementBonus(sources: readonly string[]): number {
  return sources.length > 1 ? AGREEMENT : 0;
}

function fitsQuestion(candidate: Candidate, query: DiscoveryQuery): boolean {
  const { name } = query;
  return (
    (name === undefined || mayBe(candidate, name)) &&
    isPlace(query.space, query.spaceGuid, { name: candidate.space, guid: candidate.spaceGuid }) !== false &&
    isPlace(query.org, query.orgGuid, { name: candidate.org, guid: candidate.orgGuid }) !== false
  );
}

/** What is asked for by its GUID is known to everybody. */
export function isNamed({ guid, name }: { readonly guid: string; readonly name?: string }, asked: string): boolean {
  return name === asked || guid === asked.toLowerCase();
}

function mayBe(candidate: Candidate, asked: string): boolean {
  return isNamed(candidate, asked) || (candidate.name === undefined && !isGuid(asked.toLowerCase()));
}

interface NamedPlace {
  readonly name: string | undefined;
  readonly guid: string | undefined;
}

/** Undefined where nobody can tell: nothing was asked, or a name where only a GUID is known. */
export function isPlace(
  asked: string | undefined,
  askedGuid: string | undefined,
  place: NamedPlace,
): boolean | undefined {
  if (asked === undefined) return undefined;
  const guid = isGuid(asked) ? asked : askedGuid;
  // A place that was deleted and made again has its name, and another GUID.
  if (guid !== undefined && place.guid !== undefined) return guid === place.guid || asked === place.name;
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

function bonus(candidate: Candidate, query: DiscoveryQuery, window: TimeWindow | undefined): number {
  const { name, around } = query;
  const named = name !== undefined && isNamed(candidate, name) ? NAME : 0;
  const inSpace = isPlace(query.space, query.spaceGuid, { name: candidate.space, guid: candidate.spaceGuid });
  const inOrg = isPlace(query.org, query.orgGuid, { name: candidate.org, guid: candidate.orgGuid });
  return named + (inSpace === true ? PLACE : 0) + (inOrg === true ? PLACE : 0) + nearness(candidate, around, window);
}

function nearness({ deletedAt }: Candidate, around: Date | undefined, window: TimeWindow | undefined): number {
  if (around === undefined || window === undefined || deletedAt === undefined) return 0;
  const width = around.getTime() - window.from.getTime();
  const distance = Math.abs(Date.parse(deletedAt) - around.getTime());
  return Math.round(NEAR * Math.max(0, 1 - distance / width));
}

/** Of equals the later deletion comes first: people ask about the last one. */
function byScore(a: Candidate, b: Candidate): number {
  const byTime = (b.deletedAt ?? "") > (a.deletedAt ?? "") ? 1 : -1;
  return b.score - a.score || byTime;
}
