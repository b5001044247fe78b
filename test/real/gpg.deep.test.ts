/** Messages of the real gpg, with keys that it makes on the spot. */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import {
  type DecryptionFixture,
  decryptionContract,
  fixtureDirectory,
  type Owner,
  PASSPHRASE,
} from "../contract/decryption.ts";

const PHRASES: Readonly<Record<Owner, string>> = { ours: "", other: "", locked: PASSPHRASE };

async function realGpg(): Promise<DecryptionFixture> {
  const directory = await fixtureDirectory();
  const home = join(directory, "home");
  await mkdir(home, { mode: 0o700 });
  const gpg = (words: readonly string[], input?: Uint8Array) =>
    execa("gpg", ["--homedir", home, "--batch", "--no-tty", "--pinentry-mode", "loopback", "--yes", ...words], {
      encoding: "buffer",
      ...(input === undefined ? {} : { input }),
    });
  const key = async (owner: Owner): Promise<string> => {
    const file = join(directory, `${owner}.key`);
    const phrase = ["--passphrase", PHRASES[owner]];
    await gpg([...phrase, "--quick-gen-key", `${owner}@example.org`, "default", "default", "never"]);
    await gpg([...phrase, "--output", file, "--armor", "--export-secret-keys", `${owner}@example.org`]);
    return file;
  };
  const keys = { ours: await key("ours"), other: await key("other"), locked: await key("locked") };
  const open = join(directory, "public.key");
  await writeFile(open, (await gpg(["--armor", "--export", "ours@example.org"])).stdout);
  return {
    path: "/usr/bin:/bin",
    keys: { ...keys, public: open },
    async encrypt(content, owner) {
      const [plain, message] = [join(directory, "plain"), join(directory, "message")];
      await writeFile(plain, content);
      const to = ["--trust-model", "always", "-z", "0", "-r", `${owner}@example.org`];
      await gpg([...to, "--output", message, "--encrypt", plain]);
      return await readFile(message);
    },
    async close() {
      await execa("gpgconf", ["--homedir", home, "--kill", "all"]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

decryptionContract("the real gpg", realGpg);
