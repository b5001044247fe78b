/**
 * Signs texts with the SSH keys that people have, and says whose a signature is.
 * Errors: `program-missing`, `key-unusable` where a key cannot sign, `interrupted`, `unreachable` where it hangs.
 */
export interface Signatures {
  /** `SHA256:…` of the key in a file, be it its public or its private half. */
  fingerprint(key: string): Promise<string>;
  /** `key`: a file with the private key, or with the public one whose private half an agent or a token holds. */
  sign(content: string, key: string): Promise<string>;
  /** `signature`: as `sign` gives it. Whatever the two texts hold, it is judged and never an error. */
  signer(content: string, signature: string, judging: Judging): Promise<Signer>;
}

export interface Judging {
  /** File of OpenSSH's form ALLOWED SIGNERS; absent: nobody is known. */
  readonly allowedSigners?: string;
  /** When it was signed: keys may be allowed for a time. */
  readonly at: Date;
}

export type Signer =
  /** All names that the file has for the key, at least one. */
  | { readonly kind: "known"; readonly principals: readonly string[]; readonly key: string }
  /** It fits the content, and the file does not know the key: not at all, not for this tool, or not at that time. */
  | { readonly kind: "stranger"; readonly key: string }
  /** It is no signature over that content. */
  | { readonly kind: "unfit" };
