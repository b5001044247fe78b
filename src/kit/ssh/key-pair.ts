/** The ephemeral key pair of one cell: RSA, because the agents of the first era know nothing else (cf-bosh.md §3.4). */
import ssh2 from "ssh2";

export interface KeyPair {
  /** OpenSSH format. */
  readonly privateKey: string;
  /** `ssh-rsa AAAA…` */
  readonly publicKey: string;
}

const BITS = 2048;

export function generateKeyPair(): Promise<KeyPair> {
  return new Promise((resolve, reject) => {
    ssh2.utils.generateKeyPair("rsa", { bits: BITS }, (error, pair) => {
      if (error === null) resolve({ privateKey: pair.private, publicKey: pair.public });
      else reject(error);
    });
  });
}
