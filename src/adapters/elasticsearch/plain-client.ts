/**
 * The official client, made to speak with every server of the family [ran on 7.6.1, 8.18.0 and OpenSearch 2.19.1]: plain
 * JSON headers, which each takes as its own version, and no product check, which turns OpenSearch and the OSS builds
 * away (cf-bosh.md §6.1). It costs a fifth of a second to load: nothing may import this file but at the first call.
 */
import { Client, HttpConnection, Transport, type TransportOptions } from "@elastic/elasticsearch";
import type { HttpAgents } from "../network/http-agents.js";

export interface PlainClientOptions {
  readonly url: string;
  readonly agents: HttpAgents;
  readonly auth?: { readonly username: string; readonly password: string } | { readonly apiKey: string };
  readonly timeoutMs: number;
  /** Bytes. */
  readonly largestAnswer: number;
}

export type Send = Client["transport"]["request"];

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
  return client.transport.request.bind(client.transport);
}
