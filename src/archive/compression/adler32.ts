/** Adler-32 (RFC 1950 §8.2), which lzop keeps for each block. */
const BASE = 65521;
/** Bytes that can be summed up before either sum leaves 31 bits: 3800·3801/2·255 + 3801·65520 < 2^31. */
const STRIDE = 3800;

export function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + STRIDE);
    for (; at < end; at += 1) {
      a = (a + (bytes[at] ?? 0)) | 0;
      b = (b + a) | 0;
    }
    a %= BASE;
    b %= BASE;
  }
  return b * 65536 + a;
}
