/**
 * AWS Signature Version 4 for S3 ("Authenticating Requests: Using the Authorization Header", S3 API reference), for
 * requests without a body. The SDK's signer does the same and more, at ten times the cost.
 */
import { createHash, createHmac } from "node:crypto";

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

/** Signs for one key and one region; the key derived for a day is kept for that day. */
export class Signer {
  readonly #credentials: Credentials;
  readonly #region: string;
  #day = "";
  #key: Buffer = Buffer.alloc(0);

  constructor(credentials: Credentials, region: string) {
    this.#credentials = credentials;
    this.#region = region;
  }

  /** The headers to send; `now` decides the date that is signed. */
  sign(request: SignedRequest, now: Date, bodyHash = NO_BODY): Record<string, string> {
    const stamp = now.toISOString().replace(/[:-]|\.\d{3}/g, "");
    const { accessKeyId, sessionToken } = this.#credentials;
    const headers: Record<string, string> = {
      ...request.headers,
      "x-amz-content-sha256": bodyHash,
      "x-amz-date": stamp,
      ...(sessionToken === undefined ? {} : { "x-amz-security-token": sessionToken }),
    };
    const names = Object.keys(headers).sort();
    const canonical = [
      request.method,
      request.path,
      queryText(request.query),
      ...names.map((name) => `${name}:${plain(headers[name] ?? "")}`),
      "",
      names.join(";"),
      bodyHash,
    ].join("\n");
    const scope = `${stamp.slice(0, 8)}/${this.#region}/s3/aws4_request`;
    const text = ["AWS4-HMAC-SHA256", stamp, scope, createHash("sha256").update(canonical).digest("hex")].join("\n");
    const signature = createHmac("sha256", this.#keyOf(stamp.slice(0, 8)))
      .update(text)
      .digest("hex");
    headers["authorization"] =
      `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
    return headers;
  }

  #keyOf(day: string): Buffer {
    if (day === this.#day) return this.#key;
    const steps = [day, this.#region, "s3", "aws4_request"];
    const first: Buffer = Buffer.from(`AWS4${this.#credentials.secretAccessKey}`);
    this.#key = steps.reduce((key, step) => createHmac("sha256", key).update(step).digest(), first);
    this.#day = day;
    return this.#key;
  }
}

/** As it is signed and sent: sorted, and encoded by RFC 3986. */
export function queryText(query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
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

const plain = (value: string): string => value.trim().replace(/ {2,}/g, " ");
