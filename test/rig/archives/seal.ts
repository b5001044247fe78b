/** A key of OpenPGP that WAL-E encrypts to, as the unprivileged user has it. */
import { join } from "node:path";
import type { Workshop } from "./workshop.ts";

export interface Seal {
  /** GNUPGHOME. */
  readonly home: string;
  /** For WALE_GPG_KEY_ID. */
  readonly id: string;
  /** The private key as `gpg --export-secret-keys` writes it. */
  readonly keyFile: string;
}

const NAME = "backups@example.org";

export async function makeSeal(workshop: Workshop): Promise<Seal> {
  const home = await workshop.folder();
  const keyFile = join(home, "private.key");
  const gpg = (...words: readonly string[]): Promise<string> =>
    workshop.must(["gpg", "--homedir", home, "--batch", "--no-tty", ...words]);
  await gpg("--passphrase", "", "--pinentry-mode", "loopback", "--quick-gen-key", NAME, "default", "default", "never");
  await gpg("--armor", "--output", keyFile, "--export-secret-keys", NAME);
  await endAgent(workshop, home);
  return { home, id: NAME, keyFile };
}

/** It would outlive the workshop. */
export async function endAgent(workshop: Workshop, home: string): Promise<void> {
  await workshop.must(["gpgconf", "--homedir", home, "--kill", "all"]);
}
