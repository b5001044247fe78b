/** Key pairs of a box: made once, kept with the world, so that a restarted box is the same hosts. */
import ssh2 from "ssh2";

export interface KeyPair {
  /** OpenSSH format. */
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA…` */
  readonly publicKey: string;
}

/** ssh2 1.17 drops a leading zero byte of the public half, one key in 256, and cannot read it again: such a key is made anew. */
export function makeKeyPair(comment: string): KeyPair {
  for (;;) {
    const made = ssh2.utils.generateKeyPairSync("ed25519", { comment });
    const read: unknown = ssh2.utils.parseKey(made.private);
    if (!(read instanceof Error)) return { privateKey: made.private, publicKey: made.public };
  }
}

/** Whether a client's key is one that is written as a public key line. */
export function isKey(
  line: string,
  shown: { readonly algo: string; readonly data: Buffer },
): ssh2.ParsedKey | undefined {
  const parsed: ssh2.ParsedKey | ssh2.ParsedKey[] | Error = ssh2.utils.parseKey(line);
  const key = Array.isArray(parsed) ? (parsed as ssh2.ParsedKey[])[0] : parsed;
  if (key === undefined || key instanceof Error) return undefined;
  return key.getPublicSSH().equals(shown.data) ? key : undefined;
}
