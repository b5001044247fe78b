/**
 * Deletions that nobody asks about: what lived two minutes is a failed create that was cleaned up, or a test (dingo.md
 * §8, row 7). They are explained, never lost: where nothing else fits they stand like any other, and what has the name
 * that was asked for gives way only to another that has it.
 */
import type { Candidate, Discovery } from "./candidate.js";
import { isNamed } from "./rank.js";

const SHORTEST_LIFE_MS = 120_000;

export interface Sorted {
  readonly meant: readonly Candidate[];
  readonly aside: readonly Candidate[];
}

export function sortOutShortLived(candidates: readonly Candidate[], name: string | undefined): Sorted {
  const isAsked = (each: Candidate): boolean => name !== undefined && isNamed(each, name);
  const lasting = candidates.filter((each) => !isShortLived(each));
  const aside = candidates.filter((each) => isShortLived(each) && (!isAsked(each) || lasting.some(isAsked)));
  if (aside.length === candidates.length) return { meant: candidates, aside: [] };
  return { meant: candidates.filter((each) => !aside.includes(each)), aside };
}

/** `all` keeps them as the last of what fits. */
export function withoutShortLived(
  discovery: Discovery,
  { name, all }: { readonly name?: string | undefined; readonly all?: boolean | undefined },
): Discovery {
  const { candidates } = discovery;
  const misfits = candidates.filter(({ misfit }) => misfit === true);
  const { meant, aside } = sortOutShortLived(
    candidates.filter(({ misfit }) => misfit !== true),
    name,
  );
  if (aside.length === 0) return discovery;
  if (all === true) return { ...discovery, candidates: [...meant, ...aside.map(withReason), ...misfits] };
  return { ...discovery, candidates: [...meant, ...misfits], setAside: aside.map(withReason) };
}

function isShortLived({ livedMs }: Candidate): boolean {
  return livedMs !== undefined && livedMs < SHORTEST_LIFE_MS;
}

function withReason(candidate: Candidate): Candidate {
  const lived = `Set aside: it lived for ${secondsLived(candidate)} s only: a failed create that was cleaned up, or a test.`;
  return { ...candidate, notes: [...candidate.notes, lived] };
}

export function secondsLived({ livedMs = 0 }: Candidate): number {
  return Math.round(livedMs / 1000);
}
