/** Who an allowed-signers file of OpenSSH knows (ssh-keygen(1), "ALLOWED SIGNERS"): `NAME[,NAME] [OPTIONS] TYPE KEY [COMMENT]`. */
import { createHash } from "node:crypto";

const NAMESPACE = "dingo-recover";

export interface AllowedSigner {
  /** Patterns are left out: `*@example.com` is nobody's name. */
  readonly names: readonly string[];
  /** As `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
  /** A certificate authority's key: it signs the keys of others. */
  readonly isAuthority: boolean;
}

/** Those whose signatures count for this tool; a line that is not understood counts for nobody. */
export function allowedSigners(text: string): readonly AllowedSigner[] {
  return text.split("\n").flatMap((line) => signerIn(line.trim()) ?? []);
}

function signerIn(line: string): AllowedSigner | undefined {
  if (line === "" || line.startsWith("#")) return undefined;
  // Options may hold spaces between quotes.
  const [principals = "", ...words] = line.match(/(?:[^\s"]|"[^"]*")+/gu) ?? [];
  const [options, [, key = ""]] = KEY_TYPE.test(words[0] ?? "") ? ["", words] : [words[0] ?? "", words.slice(1)];
  const namespaces = /(?:^|,)namespaces="([^"]*)"/iu.exec(options)?.[1];
  if (key === "" || (namespaces !== undefined && !namespaces.split(",").some(fits))) return undefined;
  return {
    names: principals
      .replaceAll('"', "")
      .split(",")
      .filter((name) => name !== "" && !/[*?!]/u.test(name)),
    fingerprint: `SHA256:${createHash("sha256").update(Buffer.from(key, "base64")).digest("base64").replace(/=+$/u, "")}`,
    isAuthority: /(?:^|,)cert-authority(?:,|$)/iu.test(options),
  };
}

const KEY_TYPE = /^(?:ssh-|ecdsa-|sk-)/u;

/** `*` and `?` as in the patterns of ssh_config(5). */
function fits(pattern: string): boolean {
  const parts = pattern
    .replaceAll(/[.+^${}()|[\]\\]/gu, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${parts}$`, "u").test(NAMESPACE);
}
