/** SSH keys of people who do not exist, made by the ssh-keygen of this machine. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The file with its private half; FILE.pub is the public one. */
export async function makeSshKey(directory: string, name: string, passphrase = ""): Promise<string> {
  const file = join(directory, name);
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-C", name, "-f", file]);
  return file;
}

/** Without its comment. */
export function publicKeyOf(file: string): string {
  return readFileSync(`${file}.pub`, "utf8").split(" ").slice(0, 2).join(" ");
}
