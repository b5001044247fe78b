/**
 * AWS Signature Version 4 for S3 ("Authenticating Requests: Using the Authorization Header", S3 API reference) and for
 * AWS's other services, which differ in one header (IAM User Guide, "Create a signed AWS API request"). The SDK's signer
 * does the same and more, at ten times the cost.
 */
import { createHmac, createSecretKey, hash, type KeyObject } from "node:crypto";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface SignedRequest {
  readonly method: string;
  /** Encoded, from "/". */
  readonly path: string;
  /** Decoded; each name once. */
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case; all of them are signed. */
  readonly headers: Readonly<Record<string, string>>;
}

/** SHA-256 of nothing. */
const NO_BODY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** Signs for one key, one region and one service; the key derived for a day is kept for that day. */
export class Signer {
  readonly #credentials: Credentials;
  readonly #region: string;
  readonly #service: string;
  #day = "";
  /** Handed over as bytes it would be made a key again for every request. */
  #key: KeyObject | undefined;

  constructor(credentials: Credentials, region: string, service = "s3") {
    this.#credentials = credentials;
    this.#region = region;
    this.#service = service;
  }

  /** The headers to send; `now` decides the date that is signed. */
  sign(request: SignedRequest, now: Date, bodyHash = NO_BODY): Record<string, string> {
    const stamp = now.toISOString().replace(/[:-]|\.\d{3}/g, "");
    const { accessKeyId, sessionToken } = this.#credentials;
    const headers: Record<string, string> = { ...request.headers, "x-amz-date": stamp };
    if (this.#service === "s3") headers["x-amz-content-sha256"] = bodyHash;
    if (sessionToken !== undefined) headers["x-amz-security-token"] = sessionToken;
    const names = Object.keys(headers).sort();
    let lines = "";
    for (const name of names) lines += `${name}:${plain(headers[name] ?? "")}\n`;
    const signed = names.join(";");
    const canonical = `${request.method}\n${request.path}\n${queryText(request.query)}\n${lines}\n${signed}\n${bodyHash}`;
    const day = stamp.slice(0, 8);
    const scope = `${day}/${this.#region}/${this.#service}/aws4_request`;
    const text = `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${hash("sha256", canonical)}`;
    const signature = createHmac("sha256", this.#keyOf(day)).update(text).digest("hex");
    headers["authorization"] =
      `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
    return headers;
  }

  #keyOf(day: string): KeyObject {
    if (day === this.#day && this.#key !== undefined) return this.#key;
    const steps = [day, this.#region, this.#service, "aws4_request"];
    const first: Buffer = Buffer.from(`AWS4${this.#credentials.secretAccessKey}`);
    this.#key = createSecretKey(steps.reduce((key, step) => createHmac("sha256", key).update(step).digest(), first));
    this.#day = day;
    return this.#key;
  }
}

/** As it is signed and sent: sorted, and encoded by RFC 3986. */
export function queryText(query: Readonly<Record<string, string>>): string {
  const named = Object.entries(query);
  if (named.length === 0) return "";
  const pairs = named.map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
  return pairs.sort().join("&");
}

/** Everything but unreserved characters of RFC 3986 as %XX of its UTF-8. */
export function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The path of a key: every part encoded, slashes as they are. */
export function keyPath(key: string): string {
  return /^[A-Za-z0-9/._~-]*$/.test(key) ? key : key.split("/").map(encoded).join("/");
}

const plain = (value: string): string => (/^\s|\s$| {2}/.test(value) ? value.trim().replace(/ {2,}/g, " ") : value);
