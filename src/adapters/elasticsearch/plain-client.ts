/**
 * The official client, made to speak with every server of the family [ran on 7.6.1, 8.18.0, 9.0.0 and OpenSearch 1.3.2,
 * 2.19.1, 3.1.0]: plain JSON headers, which each takes as its own version, and no product check, which turns OpenSearch
 * and the OSS builds away (cf-bosh.md §6.1). It costs a fifth of a second to load: nothing may import this file but at
 * the first call.
 */
import {
  Client,
  HttpConnection,
  Transport,
  type TransportOptions,
  type TransportRequestParams,
} from "@elastic/elasticsearch";
import type { HttpAgents } from "../network/http-agents.js";

export interface PlainClientOptions {
  readonly url: string;
  readonly agents: HttpAgents;
  readonly auth?: { readonly username: string; readonly password: string } | { readonly apiKey: string };
  readonly timeoutMs: number;
  /** Bytes. */
  readonly largestAnswer: number;
}

export interface StoreAnswer {
  readonly status: number;
  /** Where a redirect points. */
  readonly location: string | undefined;
  /** JSON that was read, or the text of something else. */
  readonly body: unknown;
}

export type Send = (
  request: TransportRequestParams,
  options: { readonly signal?: AbortSignal },
) => Promise<StoreAnswer>;

const JSON_TYPE = "application/json";

class PlainTransport extends Transport {
  constructor({ productCheck: _unwanted, ...options }: TransportOptions) {
    const ndjsonContentType = "application/x-ndjson";
    super({ ...options, vendoredHeaders: { accept: JSON_TYPE, jsonContentType: JSON_TYPE, ndjsonContentType } });
  }
}

export function plainClient({ url, agents, auth, timeoutMs, largestAnswer }: PlainClientOptions): Send {
  const client = new Client({
    node: url,
    Transport: PlainTransport,
    Connection: HttpConnection,
    agent: () => (url.startsWith("https:") ? agents.https : agents.http),
    ...(auth === undefined ? {} : { auth }),
    maxRetries: 0,
    requestTimeout: timeoutMs,
    maxResponseSize: largestAnswer,
    // None is asked for; one that comes all the same could be a bomb.
    maxCompressedResponseSize: 1,
    enableMetaHeader: false,
  });
  return async (request, options) => {
    const { statusCode, headers, body } = await client.transport.request(request, { ...options, meta: true });
    const { location } = headers;
    return { status: statusCode, location: typeof location === "string" ? location : undefined, body };
  };
}
