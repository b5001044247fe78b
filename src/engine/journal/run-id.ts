/** Names of runs: sortable by start, short enough to type from a screen. */
import { randomInt } from "node:crypto";

/** Without characters that are taken for one another (0 o, 1 i l) and without vowels that would spell words. */
const ALPHABET = "23456789bcdfghjkmnpqrstvwxyz";
const SUFFIX_LENGTH = 4;

/** `20261121-134503-k7qd`: UTC date, UTC time, four random characters. */
export function newRunId(now: Date): string {
  const stamp = now.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  const suffix = Array.from({ length: SUFFIX_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  return `${stamp}-${suffix}`;
}

export function isRunId(text: string): boolean {
  return /^\d{8}-\d{6}-[a-z0-9]{4}$/.test(text);
}
