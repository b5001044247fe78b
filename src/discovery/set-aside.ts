/**
 * Deletions that nobody asks about: what lived two minutes is a failed create that was cleaned up, or a test (dingo.md
 * §8, row 7). They are explained, never lost: where nothing else fits they stand like any other.
 */
import type { Candidate, Discovery } from "./candidate.js";

export const SHORTEST_LIFE_MS = 120_000;

export function withoutShortLived(discovery: Discovery, all: boolean): Discovery {
  const { candidates } = discovery;
  const fitting = candidates.filter(({ misfit }) => misfit !== true);
  const aside = fitting.filter(isShortLived);
  if (aside.length === 0 || aside.length === fitting.length) return discovery;
  const rest = candidates.filter((each) => !aside.includes(each));
  if (all) return { ...discovery, candidates: [...rest, ...aside.map(asMisfit)] };
  const told = aside.map((each) => ({
    guid: each.guid,
    why: `deleted, but ${reasonOf(each)}`,
    evidence: each.evidence,
  }));
  return { ...discovery, candidates: rest, notDeleted: [...told, ...discovery.notDeleted] };
}

function isShortLived({ livedMs }: Candidate): boolean {
  return livedMs !== undefined && livedMs < SHORTEST_LIFE_MS;
}

function asMisfit(candidate: Candidate): Candidate {
  return { ...candidate, misfit: true, notes: [...candidate.notes, `Set aside: ${reasonOf(candidate)}.`] };
}

function reasonOf({ livedMs = 0 }: Candidate): string {
  return `it lived for ${Math.round(livedMs / 1000)} s only: a failed create that was cleaned up, or a test`;
}
