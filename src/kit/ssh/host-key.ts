/** Host keys: read as `TYPE BASE64`, compared byte for byte, named by their SHA-256 fingerprint as OpenSSH prints it. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { ServerHostKeyAlgorithm } from "ssh2";
import { asRecoverError, type RecoverError, refuse } from "../../errors.ts";
import { printable } from "../text/printable.ts";

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

/** Whether the key that a host shows is the right one, and why not. */
export class HostKeyJudge {
  /** Of the last key: `host-key-revoked`, `host-key-mismatch`, `host-key-unknown`, or what asking a person threw. */
  refusal: RecoverError | undefined;
  readonly #target: { readonly label: string; readonly trusted: TrustedKeys };

  /** `label`: how messages name the host. */
  constructor(target: { readonly label: string; readonly trusted: TrustedKeys }) {
    this.#target = target;
  }

  async accepts(shown: HostKey): Promise<boolean> {
    const { trusted } = this.#target;
    if (trusted.revoked?.some((key) => sameKey(key, shown)) === true) {
      this.refusal = this.#revoked(shown);
      return false;
    }
    switch (trusted.kind) {
      case "pinned":
        if (trusted.keys.some((key) => sameKey(key, shown))) return true;
        this.refusal = this.#mismatch(shown, trusted.keys.map(fingerprint).join(" or "), trusted.source);
        return false;
      case "fingerprint":
        if (fingerprint(shown) === trusted.fingerprint) return true;
        this.refusal = this.#mismatch(shown, trusted.fingerprint, trusted.source);
        return false;
      case "unknown":
        return await this.#firstSight(shown, trusted);
    }
  }

  async #firstSight(shown: HostKey, trusted: Extract<TrustedKeys, { kind: "unknown" }>): Promise<boolean> {
    try {
      if ((await trusted.accept?.(shown)) === true) return true;
      this.refusal = this.#unknown(shown, trusted.remedy);
    } catch (error) {
      this.refusal = asRecoverError(error);
    }
    return false;
  }

  #revoked(shown: HostKey): RecoverError {
    const { label } = this.#target;
    const message = `"${label}" showed the ${printable(shown.type)} key ${fingerprint(shown)}, which known_hosts says is revoked`;
    return refuse("host-key-revoked", message)
      .at(label)
      .advise("Somebody else may hold this key: give the host a new one. Nothing was sent but the greeting.");
  }

  #mismatch(shown: HostKey, expected: string, source: string): RecoverError {
    const { label } = this.#target;
    return refuse(
      "host-key-mismatch",
      `"${label}" showed the ${printable(shown.type)} key ${fingerprint(shown)}, not ${expected}`,
    )
      .at(label)
      .advise(`The key that counts comes from ${source}. Find out who answers at this address before going on.`);
  }

  #unknown(shown: HostKey, remedy: (shown: HostKey) => string): RecoverError {
    const { label } = this.#target;
    const message = `nobody has said which key "${label}" has; it showed the ${printable(shown.type)} key ${fingerprint(shown)}`;
    return refuse("host-key-unknown", message).at(label).advise(remedy(shown));
  }
}
