/**
 * A program that stands in for gpg, which may be absent: it takes the same words, and answers with the same status
 * lines and exit codes (seen with gpg 2.2.40). Its messages begin like OpenPGP's, and hide nothing.
 */
import { createHash } from "node:crypto";
import { chmod, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type DecryptionFixture, fixtureDirectory, type Owner, PASSPHRASE } from "../../../contract/decryption.ts";

const IDS: Readonly<Record<Owner, string>> = {
  ours: "00000000000000AA",
  other: "00000000000000BB",
  locked: "00000000000000CC",
};
const HEAD = [0x85, 0x01, 0x0c, 0x03];

export function messageTo(owner: Owner, content: Uint8Array): Buffer {
  const hidden = content.map((byte) => byte ^ 0x5a);
  const sum = createHash("sha256").update(content).digest();
  return Buffer.concat([Buffer.from(HEAD), Buffer.from(IDS[owner], "hex"), hidden, sum]);
}

export async function standInGpg(): Promise<DecryptionFixture> {
  const directory = await fixtureDirectory();
  const key = async (name: string, found: object): Promise<string> => {
    const file = join(directory, `${name}.key`);
    await writeFile(file, JSON.stringify(found));
    return file;
  };
  await writeFile(join(directory, "gpg"), `#!${process.execPath}\n${PROGRAM}`);
  await chmod(join(directory, "gpg"), 0o755);
  return {
    path: directory,
    keys: {
      ours: await key("ours", { id: IDS.ours, secret: true }),
      other: await key("other", { id: IDS.other, secret: true }),
      locked: await key("locked", { id: IDS.locked, secret: true, passphrase: PASSPHRASE }),
      public: await key("public", { id: IDS.ours, secret: false }),
    },
    encrypt: (content, owner) => Promise.resolve(messageTo(owner, content)),
    close: () => rm(directory, { recursive: true, force: true }),
  };
}

const PROGRAM = `
const { createHash } = require("node:crypto");
const { readFileSync, writeFileSync, writeSync } = require("node:fs");
const words = process.argv.slice(2);
const kept = process.env.GNUPGHOME + "/key.json";
const fd = Number(words[words.indexOf("--status-fd") + 1]);
const status = (...lines) => writeSync(fd, lines.map((line) => "[GNUPG:] " + line + "\\n").join(""));
const end = (code, ...lines) => { status(...lines); process.exit(code); };
if (words.includes("--import")) {
  const key = JSON.parse(readFileSync(words.at(-1), "utf8"));
  writeFileSync(kept, JSON.stringify(key));
  end(0, "IMPORT_RES 1 0 1 0 0 0 0 0 0 " + (key.secret ? 1 : 0) + " 0 0 0 0 0");
}
const given = readFileSync(3, "utf8").split("\\n")[0];
const key = JSON.parse(readFileSync(kept, "utf8"));
const message = readFileSync(0);
const FAILED = ["BEGIN_DECRYPTION", "DECRYPTION_FAILED", "END_DECRYPTION"];
if (message.length < 12) process.exit(0);
const id = message.subarray(4, 12).toString("hex").toUpperCase();
status("ENC_TO " + id + " 1 0");
if (id !== key.id) end(2, "NO_SECKEY " + id, ...FAILED);
if (key.passphrase && given === "") end(2, "ERROR pkdecrypt_failed 67109041", ...FAILED);
if (key.passphrase && given !== key.passphrase) end(2, "ERROR pkdecrypt_failed 67108875", ...FAILED);
const content = message.subarray(12, -32).map((byte) => byte ^ 0x5a);
status("DECRYPTION_KEY A B u", "BEGIN_DECRYPTION", "DECRYPTION_INFO 2 9 0", "PLAINTEXT 62 1 ");
const holds = createHash("sha256").update(content).digest().equals(message.subarray(-32));
process.stdout.write(content, () =>
  holds ? end(0, "DECRYPTION_OKAY", "GOODMDC", "END_DECRYPTION") : end(2, "BADMDC", "DECRYPTION_FAILED", "END_DECRYPTION"));
`;
