/** Whether the key that a host shows is the right one, and why not. */
import { asRecoverError, type RecoverError, refuse } from "../../errors.ts";
import { printable } from "../text/printable.ts";
import { fingerprint, type HostKey, sameKey, type TrustedKeys } from "./host-key.ts";

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
