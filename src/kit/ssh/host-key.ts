/** Host keys: read as `TYPE BASE64`, compared byte for byte, named by their SHA-256 fingerprint as OpenSSH prints it. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { ServerHostKeyAlgorithm } from "ssh2";

export interface HostKey {
  readonly type: string;
  readonly blob: Buffer;
}

/** Which keys a host may show. Of whom nobody has said it is refused with a remedy, unless a person says it now. */
export type TrustedKeys = (
  | { readonly kind: "pinned"; readonly keys: readonly HostKey[]; readonly source: string }
  | { readonly kind: "fingerprint"; readonly fingerprint: string; readonly source: string }
  | {
      readonly kind: "unknown";
      readonly remedy: (shown: HostKey) => string;
      /** A person may say at first sight that it is the right one. */
      readonly accept?: (shown: HostKey) => Promise<boolean>;
    }
) & {
  /** Refused first, even if somebody vouches for them. */
  readonly revoked?: readonly HostKey[];
};

/** Undefined if the text is no public key. A comment after the key is ignored. */
export function parseHostKey(text: string): HostKey | undefined {
  const [type, encoded] = text.trim().split(/\s+/);
  if (type === undefined || encoded === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return undefined;
  const blob = Buffer.from(encoded, "base64");
  return typeOf(blob) === type ? { type, blob } : undefined;
}

export function hostKeyOf(blob: Buffer): HostKey {
  return { type: typeOf(blob) ?? "unknown", blob };
}

export function fingerprint(key: HostKey): string {
  return `SHA256:${createHash("sha256").update(key.blob).digest("base64").replace(/=+$/, "")}`;
}

export function sameKey(a: HostKey, b: HostKey): boolean {
  return a.blob.length === b.blob.length && timingSafeEqual(a.blob, b.blob);
}

const ALGORITHMS: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  "ssh-ed25519": ["ssh-ed25519"],
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"],
};

/** Only what fits the pinned keys: a host with several keys would otherwise show the one that we do not know. */
export function algorithmsFor(keys: readonly HostKey[]): ServerHostKeyAlgorithm[] {
  return Object.entries(ALGORITHMS)
    .filter(([type]) => keys.some((key) => key.type === type))
    .flatMap(([, algorithms]) => algorithms);
}

/** The type is the blob's first string: four bytes of length, then the name. */
function typeOf(blob: Buffer): string | undefined {
  if (blob.length < 4) return undefined;
  const length = blob.readUInt32BE(0);
  return length > 0 && length <= blob.length - 4 ? blob.toString("latin1", 4, 4 + length) : undefined;
}
