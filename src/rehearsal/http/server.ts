/** The thin shell around a pure stand-in: reads the request, takes it through the passage, writes the answer. */
import { createServer as createHttp, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createHttps } from "node:https";
import type { HttpRequest } from "./message.ts";
import { closed, listening } from "../listening.ts";
import { type Answered, CLEAR, type HttpCall, type Passage } from "../passage.ts";

export interface Listen {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: a free port. */
  readonly port?: number;
  readonly tls?: { readonly key: string; readonly cert: string };
}

export interface StandInServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

export interface Shell {
  readonly answer: (request: HttpRequest) => Promise<Answered>;
  readonly callOf: (request: HttpRequest) => HttpCall;
  readonly passage?: Passage | undefined;
}

/** A request by its method and path. */
export const callTo = (system: HttpCall["system"], { method, path }: HttpRequest): HttpCall => ({
  system,
  operation: `${method}${path}`,
});

export async function serve({ answer, callOf, passage = CLEAR }: Shell, listen: Listen): Promise<StandInServer> {
  const scheme = listen.tls === undefined ? "http" : "https";
  const host = listen.host ?? "127.0.0.1";
  let url = "";
  const exchange = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const request = await read(incoming, url);
    await passage.http(callOf(request), outgoing, () => answer(request));
  };
  const listener: RequestListener = (incoming, outgoing) => {
    exchange(incoming, outgoing).catch((error: unknown) => fail(outgoing, error));
  };
  const server = listen.tls === undefined ? createHttp(listener) : createHttps(listen.tls, listener);
  const port = await listening(server, listen.port, host);
  url = `${scheme}://${host}:${port}`;
  return { url, port, close: () => closed(server, () => server.closeAllConnections()) };
}

async function read(incoming: IncomingMessage, origin: string): Promise<HttpRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  const [path = "/", query = ""] = (incoming.url ?? "/").split(/\?(.*)/s, 2);
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  const method = incoming.method ?? "GET";
  return { method, path, query: new URLSearchParams(query), headers, body: Buffer.concat(chunks), origin };
}

function fail(outgoing: ServerResponse, error: unknown): void {
  if (outgoing.headersSent || outgoing.destroyed) return void outgoing.destroy();
  outgoing.writeHead(500, { "content-type": "text/plain" }).end(`stand-in failed: ${String(error)}`);
}
