/** The operator's known_hosts files (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT): plain, hashed and wildcard names. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { type HostKey, parseHostKey, sameKey } from "./host-key.ts";

export interface KnownKeys {
  /** Of the host, and not revoked. */
  readonly known: readonly HostKey[];
  /** Refused even if somebody vouches for them (sshd(8): `@revoked`). */
  readonly revoked: readonly HostKey[];
}

/** The keys of a host in the files; absent files count as empty. */
export async function knownHostKeys(files: readonly string[], host: string, port: number): Promise<KnownKeys> {
  const texts = await Promise.all(files.map(readIfPresent));
  return knownHostKeysIn(texts.join("\n"), host, port);
}

/** The line that makes a key known. */
export function knownHostsLine(host: string, port: number, key: HostKey): string {
  return `${nameOf(host, port)} ${key.type} ${key.blob.toString("base64")}`;
}

/** Adds a key as OpenSSH does after a yes. */
export async function addKnownHost(
  file: string,
  { host, port, key }: { readonly host: string; readonly port: number; readonly key: HostKey },
): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const before = await readIfPresent(file);
  const gap = before === "" || before.endsWith("\n") ? "" : "\n";
  await appendFile(file, `${gap}${knownHostsLine(host, port, key)}\n`, { mode: 0o600 });
}

export function knownHostKeysIn(text: string, host: string, port: number): KnownKeys {
  const name = nameOf(host, port);
  const known: HostKey[] = [];
  const revoked: HostKey[] = [];
  for (const line of text.split("\n")) {
    const fields = line.trim().split(/\s+/);
    const marker = fields[0]?.startsWith("@") === true ? fields.shift() : undefined;
    const [names, ...rest] = fields;
    if (names === undefined || names.startsWith("#") || !matches(names, name)) continue;
    const key = parseHostKey(rest.join(" "));
    // Certificate authorities sign keys; they are not the key of a host.
    if (key === undefined || marker === "@cert-authority") continue;
    (marker === "@revoked" ? revoked : known).push(key);
  }
  return { known: known.filter((key) => !revoked.some((bad) => sameKey(bad, key))), revoked };
}

function nameOf(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

function matches(names: string, name: string): boolean {
  let matched = false;
  for (const pattern of names.split(",")) {
    if (pattern.startsWith("!") && globMatches(pattern.slice(1), name)) return false;
    if (pattern.startsWith("|1|") ? hashMatches(pattern, name) : globMatches(pattern, name)) matched = true;
  }
  return matched;
}

/** `|1|SALT|HMAC-SHA1(SALT, NAME)`, both in base64. */
function hashMatches(pattern: string, name: string): boolean {
  const [, , salt = "", hash = ""] = pattern.split("|");
  const expected = Buffer.from(hash, "base64");
  const actual = createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function globMatches(pattern: string, name: string): boolean {
  const source = pattern
    .toLowerCase()
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(name);
}

async function readIfPresent(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}
