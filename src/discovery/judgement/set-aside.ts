/**
 * Deletions that nobody asks about: an instance that lived two minutes is a failed create that was cleaned up, or a
 * test (dingo.md §8, row 7). They are explained, never lost. They stand like any other when nothing else fits, or when
 * they fell near the asked time. One with the asked name gives way only to another with that name.
 */
import type { Candidate, Discovery, DiscoveryQuery } from "./candidate.ts";
import { distanceOf, isNamed } from "./rank.ts";

const SHORTEST_LIFE_MS = 120_000;
/** People tell a time as roughly as this. */
const NEAR_MS = 3_600_000;

export interface Sorted {
  readonly meant: readonly Candidate[];
  readonly aside: readonly Candidate[];
}

export function sortOutShortLived(
  candidates: readonly Candidate[],
  { name, around }: Pick<DiscoveryQuery, "name" | "around">,
): Sorted {
  const isAsked = (each: Candidate): boolean => name !== undefined && isNamed(each, name);
  const lasting = candidates.filter((each) => !isShortLived(each));
  const isAskedLasting = lasting.some(isAsked);
  const nearest = lasting.reduce((least, each) => Math.min(least, distanceOf(each, around) ?? 0), Infinity);
  const near = Math.max(NEAR_MS, nearest);
  const isAside = (each: Candidate): boolean =>
    isShortLived(each) && (!isAsked(each) || isAskedLasting) && (distanceOf(each, around) ?? Infinity) > near;
  const meant = candidates.filter((each) => !isAside(each));
  return meant.length === 0 ? { meant: candidates, aside: [] } : { meant, aside: candidates.filter(isAside) };
}

/** `all` keeps them as the last of the fitting ones. */
export function withoutShortLived(discovery: Discovery, query: DiscoveryQuery): Discovery {
  const { candidates } = discovery;
  const misfits = candidates.filter(({ misfit }) => misfit === true);
  const { meant, aside } = sortOutShortLived(
    candidates.filter(({ misfit }) => misfit !== true),
    query,
  );
  if (aside.length === 0) return discovery;
  if (query.all === true) return { ...discovery, candidates: [...meant, ...aside.map(withReason), ...misfits] };
  return { ...discovery, candidates: [...meant, ...misfits], setAside: aside.map(withReason) };
}

function isShortLived({ livedMs }: Candidate): boolean {
  return livedMs !== undefined && livedMs < SHORTEST_LIFE_MS;
}

function withReason(candidate: Candidate): Candidate {
  return { ...candidate, aside: true, notes: [...candidate.notes, whyAside(candidate)] };
}

export const whyAside = (candidate: Candidate): string =>
  `Set aside: it lived for ${secondsLived(candidate)} s only: a failed create that was cleaned up, or a test.`;

export function secondsLived({ livedMs = 0 }: Candidate): number {
  return Math.round(livedMs / 1000);
}
