/**
 * How the standard analyser takes a text apart, as seen on 7.6.1, 8.18.0 and OpenSearch 2.19.1 (UAX #29): full stops and
 * colons between letters join, as do underscores; hyphens divide. Lower case; words of more than 255 characters are cut.
 */
const WORD = /[\p{L}\p{N}_]+(?:(?:(?<=\p{L})[.:'](?=\p{L})|(?<=\p{N})[.,;'](?=\p{N}))[\p{L}\p{N}_]+)*/gu;
const LONGEST = 255;

export function wordsOf(text: string): readonly string[] {
  return [...text.matchAll(WORD)].flatMap(([word]) => pieces(word.toLowerCase()));
}

/** Whether the words stand next to one another, and the last one begins so. */
export function hasPhrase(words: readonly string[], phrase: readonly string[]): boolean {
  const last = phrase.length - 1;
  if (last < 0) return false;
  return words.some(
    (_, at) =>
      (words[at + last]?.startsWith(phrase[last] ?? "") ?? false) &&
      phrase.slice(0, last).every((word, index) => words[at + index] === word),
  );
}

function pieces(word: string): readonly string[] {
  if (word.length <= LONGEST) return [word];
  return [word.slice(0, LONGEST), ...pieces(word.slice(LONGEST))];
}
