/** The S3 sides of a request and its answer. */
import type { HttpRequest } from "../http/message.ts";

export interface StoreAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * The object in a PUT: the SDK may send it in chunks with their sizes and a checksum at the end (`aws-chunked`), which are
 * not part of it.
 */
export function payload({ headers, body }: HttpRequest): Buffer {
  if (!/aws-chunked/.test(headers["content-encoding"] ?? "") && !headers["x-amz-decoded-content-length"]) return body;
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf("\r\n", at);
    if (end < 0) break;
    const size = Number.parseInt(body.toString("latin1", at, end), 16);
    if (!Number.isFinite(size) || size === 0) break;
    parts.push(body.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
  return Buffer.concat(parts);
}

/** Who signed the request: the access key's id in the Authorization header. The signature itself is not checked. */
export const signedBy = ({ headers }: HttpRequest): string | undefined =>
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\//.exec(headers["authorization"] ?? "")?.[1];

/** The region that the request was signed for; empty if it was not signed. */
export const signedFor = ({ headers }: HttpRequest): string =>
  /^AWS4-HMAC-SHA256 Credential=[^/,\s]+\/\d+\/([^/,\s]+)\//.exec(headers["authorization"] ?? "")?.[1] ?? "";
