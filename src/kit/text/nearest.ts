/** "Did you mean": the candidate that is most like a misspelt word. */

/** Letters from which on the first of those that begin so may be meant. */
const BEGINNING = 3;

/**
 * Undefined if nothing is near: more than a third of the letters, or more than three, would have to change, and no
 * candidate begins so. A third is rounded up if the first letter is right, as it nearly always is, and else down to one or more.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const all = [...candidates];
  const begins = (candidate: string): boolean => candidate.toLowerCase().startsWith(word.toLowerCase());
  return mostLike(word, all) ?? (word.length >= BEGINNING ? all.find(begins) : undefined);
}

/** The most like first; of equals in their order. */
export function byLikeness(word: string, candidates: readonly string[]): readonly string[] {
  const distance = new Map(candidates.map((each) => [each, editDistance(word.toLowerCase(), each.toLowerCase())]));
  return [...candidates].sort((a, b) => (distance.get(a) ?? 0) - (distance.get(b) ?? 0));
}

function mostLike(word: string, candidates: readonly string[]): string | undefined {
  const third = word.length / 3;
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    if (candidate === "") continue;
    const isSure = candidate[0]?.toLowerCase() === word[0]?.toLowerCase();
    const most = Math.min(3, isSure ? Math.ceil(third) : Math.max(1, Math.floor(third)), bestDistance - 1);
    if (Math.abs(candidate.length - word.length) > most) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= most) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      const cost = Math.min(at(previous, column) + 1, at(current, column - 1) + 1, at(previous, column - 1) + same);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current.push(swapped ? Math.min(cost, at(before, column - 2) + 1) : cost);
    }
    [before, previous] = [previous, current];
  }
  return at(previous, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
