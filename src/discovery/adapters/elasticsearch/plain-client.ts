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
import type { HttpAgents } from "../../../kit/network/http-agents.ts";

export interface PlainClientOptions {
  readonly url: string;
  readonly agents: HttpAgents;
  readonly auth?: { readonly username: string; readonly password: string } | { readonly apiKey: string };
  /** For the beginning of an answer, and for all of it. */
  readonly timeoutMs: number;
  readonly wholeMs: number;
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

export function plainClient(options: PlainClientOptions): Send {
  const { url, agents, auth, timeoutMs, wholeMs, largestAnswer } = options;
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
  return async (request, { signal }) => {
    const limits = AbortSignal.any([AbortSignal.timeout(wholeMs), ...(signal === undefined ? [] : [signal])]);
    const answer = client.transport.request(request, { signal: limits, meta: true });
    const { statusCode, headers, body } = await unlessAborted(answer, limits);
    const { location } = headers;
    return { status: statusCode, location: typeof location === "string" ? location : undefined, body };
  };
}

/** The client forgets its time limit and the signal as soon as an answer begins (@elastic/transport 9, HttpConnection). */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(new Error("its answer began and did not end"));
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
