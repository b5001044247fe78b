import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { SshKeygen } from "../../../src/adapters/openssh/ssh-keygen.js";
import { signaturesContract } from "../../contract/signatures.js";
import { makeSshKey, publicKeyOf } from "./keys.js";

const directory = mkdtempSync(join(tmpdir(), "ssh-keygen-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const env = { PATH: process.env["PATH"], HOME: directory };

signaturesContract("ssh-keygen of OpenSSH", () =>
  Promise.resolve({
    signatures: new SshKeygen({ env }),
    directory,
    makeKey: (name, passphrase) => makeSshKey(directory, name, passphrase),
    publicKey: publicKeyOf,
  }),
);

describe("ssh-keygen", () => {
  it("signs by an agent, where the public half alone is at hand", async () => {
    const key = await makeSshKey(directory, "held");
    const socket = join(directory, "agent");
    const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "ignore"] });
    try {
      await once(agent.stdout, "data");
      const added = spawn("ssh-add", ["-q", key], { env: { ...env, SSH_AUTH_SOCK: socket }, stdio: "ignore" });
      await once(added, "close");
      copyFileSync(`${key}.pub`, join(directory, "public.pub"));
      const signed = await new SshKeygen({ env: { ...env, SSH_AUTH_SOCK: socket } }).sign(
        "x",
        join(directory, "public.pub"),
      );
      expect((await new SshKeygen({ env }).signer("x", signed, { at: new Date() })).kind).toBe("stranger");
    } finally {
      agent.kill();
    }
  });

  it("says where it is not installed", async () => {
    const missing = new SshKeygen({ env: { PATH: directory } }).fingerprint(join(directory, "held"));
    await expect(missing).rejects.toMatchObject({ code: "program-missing" });
  });
});
