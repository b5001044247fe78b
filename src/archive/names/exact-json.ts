/**
 * JSON whose whole numbers do not fit a JavaScript number: WAL-G writes system identifiers and LSNs as bare numbers of up to
 * 64 bits. Numbers of 16 digits and more come as text; anything that is no JSON object is undefined.
 */
import { type Fields, isFields } from "../../kit/json.ts";

/** Text is matched first, so that digits inside it stay as they are. */
const TEXT_OR_LONG = /"(?:[^"\\]|\\.)*"|-?[0-9]{16,}(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/g;

const inQuotes = (found: string): string => (/^-?[0-9]+$/.test(found) ? `"${found}"` : found);

export function exactJson(text: string): Fields | undefined {
  try {
    // Read first: in what is no JSON, each quote could begin a text without an end, and each would be looked for.
    const value: unknown = JSON.parse(text) && JSON.parse(text.replace(TEXT_OR_LONG, inQuotes));
    return isFields(value) ? value : undefined;
  } catch {
    // It is no JSON, or one of its texts is longer than a pattern can match.
    return undefined;
  }
}

/** A whole number from 0 to 2^64 - 1, written either way. */
export function unsigned64(value: unknown): bigint | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined;
  if (typeof value !== "string" || !/^[0-9]{1,20}$/.test(value)) return undefined;
  const number = BigInt(value);
  return number < 2n ** 64n ? number : undefined;
}

/** A whole number from 0 on that a JavaScript number holds exactly. */
export function wholeNumber(value: unknown): number | undefined {
  const number = unsigned64(value);
  return number === undefined || number > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(number);
}
