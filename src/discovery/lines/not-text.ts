/** Whether the bytes at an end of a log are text at all: a search of noise finds nothing, and proves nothing. */

/** Above this share of bytes that no line has, nobody wrote them as text. */
const HIGHEST_SHARE = 0.15;
const TOO_FEW = 32;
const STRANGE = /[\0-\x06\x0e-\x1a\x1c-\x1f\ufffd]/;
const MAGIC: readonly { readonly name: string; readonly bytes: readonly number[] }[] = [
  { name: "gzip", bytes: [0x1f, 0x8b] },
  { name: "zstd", bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: "xz", bytes: [0xfd, 0x37, 0x7a, 0x58] },
];
/** Its mark begins with that of UTF-16. */
const UTF_32: readonly (readonly number[])[] = [
  [0xff, 0xfe, 0, 0],
  [0, 0, 0xfe, 0xff],
];

/**
 * Why the file cannot be read as text; undefined for text. `head` and `tail` are its first and last bytes, `zeros` the most
 * that stand before a line that was found.
 */
export function notText(head: Uint8Array, tail: Uint8Array, zeros: number): string | undefined {
  const packed = MAGIC.find(({ bytes }) => bytes.every((byte, at) => head[at] === byte));
  if (packed !== undefined) return `is not text: what was unpacked is packed again (${packed.name})`;
  if (UTF_32.some((mark) => mark.every((byte, at) => head[at] === byte)))
    return "is not text as it is searched: it is UTF-32; convert it to UTF-8";
  if (isUtf16(head)) return "is not text as it is searched: it is UTF-16; convert it to UTF-8";
  const isTar = TAR.every((byte, at) => head[257 + at] === byte);
  const ends = [head, tail].map(withoutHoleBefore).map((end) => (isTar ? withoutZerosBehind(end) : end));
  // Between the members of a tar archive stand fewer zeros than a record has.
  if (zeros >= (isTar ? ZEROS.length : 1) || ends.some((end) => end.includes(ZEROS))) return HOLE;
  // Its headers are no text, and a small archive has little else.
  if (isTar) return undefined;
  const strange = Math.max(...ends.map(strangeShare));
  return strange > HIGHEST_SHARE
    ? `is not text: ${Math.round(strange * 100)}% of its first or last bytes are no characters`
    : undefined;
}

/** By its mark, or by every other byte of Latin letters, which is 0. */
function isUtf16(head: Uint8Array): boolean {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) return true;
  // Most logs hold none at all, and a native search for one is faster than a loop that has just begun.
  if (!head.includes(0)) return false;
  const zeros = [0, 0];
  for (const [at, byte] of head.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  return head.length >= 4 && Math.max(even, odd) > head.length * 0.3 && Math.min(even, odd) < head.length * 0.1;
}

/** In the header of its first member: ustar. */
const TAR = Buffer.from("ustar");

/** No line of text holds so many zeros. */
const ZEROS = Buffer.alloc(512);
const HOLE =
  "has a hole of zeros: the lines that stood there are lost, as after a crash, or in the copy that a rotation made (copytruncate)";

/** A file that was cut to nothing while its writer went on begins with one: its lines begin behind it. */
function withoutHoleBefore(bytes: Uint8Array): Buffer {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begin = buffer.findIndex((byte) => byte !== 0);
  return begin < 0 ? buffer.subarray(0, 0) : buffer.subarray(begin);
}

export const zerosBefore = (bytes: Uint8Array): number => bytes.findIndex((byte) => byte !== 0);

/** A tar archive ends with empty records. */
function withoutZerosBehind(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 0) + 1);
}

/** Control bytes that no log has, and bytes that are no UTF-8. */
function strangeShare(bytes: Buffer): number {
  if (bytes.length < TOO_FEW) return 0;
  const text = bytes.toString("utf8");
  if (!STRANGE.test(text)) return 0;
  let strange = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0xfffd || code < 7 || (code > 13 && code < 27) || (code > 27 && code < 32)) strange += 1;
  }
  return strange / text.length;
}
