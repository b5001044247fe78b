/**
 * Whether bytes begin like an OpenPGP message, as `gpg -e` makes it of WAL-E's uploads when WALE_GPG_KEY_ID is set
 * (dingo.md §3.2, §8.27): a session key packet, encrypted to a public key (tag 1) or by a passphrase (tag 3). RFC 9580
 * §4.2, §5.1, §5.3.
 */
const VERSIONS: Readonly<Record<number, readonly number[]>> = { 1: [2, 3, 6], 3: [4, 5, 6] };

/** A few bytes are enough: the packet's tag, its length, its version. */
export function startsLikeOpenPgp(head: Uint8Array): boolean {
  const first = head[0] ?? 0;
  if ((first & 0x80) === 0) return false;
  const isNew = (first & 0x40) !== 0;
  const tag = isNew ? first & 0x3f : (first >> 2) & 0x0f;
  const length = isNew ? newLength(head[1] ?? 0) : [1, 2, 4][first & 0x03];
  const version = length === undefined ? undefined : head[1 + length];
  return version !== undefined && VERSIONS[tag]?.includes(version) === true;
}

/** Bytes that a new length takes; a session key packet has no partial ones. */
function newLength(octet: number): number | undefined {
  if (octet < 192) return 1;
  if (octet < 224) return 2;
  return octet === 255 ? 5 : undefined;
}
