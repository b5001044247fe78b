/** Words of the broker in codes, letter by letter: a search for the words misses such a line, and nobody else writes one. */

/** One stands in each deletion and each recreation of any era. */
const WORDS = ["deprovision", "new-node-count", "broker.recreate."].map((word) => Buffer.from(word));

const hex = (byte: number): string => byte.toString(16);
const ESCAPES: readonly ((byte: number) => string)[] = [
  (byte) => `\\u00${hex(byte)}`,
  (byte) => `\\u00${hex(byte).toUpperCase()}`,
  (byte) => `\\x${hex(byte)}`,
  (byte) => `\\x${hex(byte).toUpperCase()}`,
  (byte) => `%${hex(byte)}`,
  (byte) => `%${hex(byte).toUpperCase()}`,
  (byte) => `&#${byte};`,
  (byte) => `&#x${hex(byte)};`,
  (byte) => `&#x${hex(byte).toUpperCase()};`,
];

/** Three bytes become four letters: a word has three spellings, whose first and last letters hold its neighbours too. */
const inBase64 = (word: Buffer, before: number): string => {
  const text = Buffer.concat([Buffer.alloc(before), word]).toString("base64");
  return text.slice(before === 0 ? 0 : before + 1, Math.floor(((before + word.length) * 4) / 3));
};

/** For the scanner. */
export const CODED_NEEDLES: readonly string[] = WORDS.flatMap((word) => [
  ...new Set(ESCAPES.map((escape) => [...word].map(escape).join(""))),
  ...[0, 1, 2].map((before) => inBase64(word, before)),
]);

export const holdsCodedWord = (text: string): boolean => CODED_NEEDLES.some((needle) => text.includes(needle));
