/** The HTTP shell of the S3 stand-in, on loopback. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { WorldHost } from "../box/world-host.js";
import { answerStore, failure } from "./answers.js";
import type { StoreAnswer, StoreCall } from "./message.js";

export interface StoreServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

export async function serveStore(host: WorldHost, port = 0): Promise<StoreServer> {
  const server = createServer((incoming, outgoing) => {
    answer(host, incoming).then(
      ({ status, headers, body }) =>
        outgoing.writeHead(status, { ...headers, "x-amz-request-id": "rehearsal" }).end(body),
      (error: unknown) => outgoing.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return { url: `http://127.0.0.1:${bound}`, port: bound, close: () => close(server) };
}

async function answer(host: WorldHost, incoming: IncomingMessage): Promise<StoreAnswer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  const [path = "/", query = ""] = (incoming.url ?? "/").split(/\?(.*)/s, 2);
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  const call: StoreCall = {
    method: incoming.method ?? "GET",
    path,
    query: new URLSearchParams(query),
    headers,
    body: Buffer.concat(chunks),
  };
  try {
    return answerStore(host, call);
  } catch (error) {
    return failure(500, "InternalError", error instanceof Error ? error.message : String(error));
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
