/**
 * Takes a terminal's colours out of a log: `grep --color` puts them into the words that a search looks for. They stand there as
 * codes, or as a pager and `cat -v` show a code.
 */
import { BEGINNINGS, COLOURS } from "../../../kit/text/colours.ts";

/** No code of a colour is longer. */
const LONGEST = 32;

export const isColoured = (bytes: Uint8Array): boolean => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return BEGINNINGS.some((each) => buffer.includes(each));
};

export async function* uncoloured(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    const bytes = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    const end = cutIn(bytes);
    rest = bytes.subarray(end);
    yield without(bytes.subarray(0, end));
  }
  yield without(rest);
}

/** The place where a code begins that may go on behind the bytes; else their end. */
function cutIn(bytes: Buffer): number {
  const from = Math.max(0, bytes.length - LONGEST);
  const at = bytes
    .subarray(from)
    .toString("latin1")
    .search(/(?:\u001b|E(?:SC?)?$|ESC|\^\[?$|\^\[)[[0-9;]*$/);
  return at < 0 ? bytes.length : from + at;
}

const without = (bytes: Buffer): Uint8Array =>
  isColoured(bytes) ? Buffer.from(bytes.toString("latin1").replace(COLOURS, ""), "latin1") : bytes;
