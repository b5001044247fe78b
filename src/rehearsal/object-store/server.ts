/** The HTTP shell of the S3 stand-in, on loopback. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { WorldHost } from "../box/world-host.ts";
import { closed, listening } from "../listening.ts";
import { CLEAR, type Passage } from "../passage.ts";
import { answerStore, failure, operationName } from "./answers.ts";
import type { StoreAnswer, StoreCall } from "./message.ts";
import { setTimeout as pause } from "node:timers/promises";

export interface StoreServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** Default: a free one. */
  readonly port?: number;
  readonly passage?: Passage;
  readonly load?: Load;
}

export async function serveStore(
  host: WorldHost,
  { port = 0, passage = CLEAR, load }: StoreOptions = {},
): Promise<StoreServer> {
  const server = createServer((incoming, outgoing) => {
    exchange(host, { passage, load }, { incoming, outgoing }).catch((error: unknown) => {
      if (outgoing.headersSent || outgoing.destroyed) outgoing.destroy();
      else outgoing.writeHead(500).end(String(error));
    });
  });
  const bound = await listening(server, port);
  const close = (): Promise<void> => closed(server, () => server.closeAllConnections());
  return { url: `http://127.0.0.1:${bound}`, port: bound, close };
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

interface Conditions {
  readonly passage: Passage;
  readonly load: Load | undefined;
}

async function exchange(
  host: WorldHost,
  { passage, load }: Conditions,
  { incoming, outgoing }: Exchange,
): Promise<void> {
  const call = await read(incoming);
  const named = ({ headers, ...rest }: StoreAnswer) => ({
    ...rest,
    headers: { ...headers, "x-amz-request-id": "rehearsal" },
  });
  const carryOut = (): StoreAnswer => answerOrFail(host, call);
  const operation = operationName(call);
  await passage.http({ system: "s3", operation }, outgoing, async () =>
    named(load === undefined ? carryOut() : await load.bear(operation, carryOut)),
  );
}

async function read(incoming: IncomingMessage): Promise<StoreCall> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  const [path = "/", query = ""] = (incoming.url ?? "/").split(/\?(.*)/s, 2);
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  return {
    method: incoming.method ?? "GET",
    path,
    query: new URLSearchParams(query),
    headers,
    body: Buffer.concat(chunks),
  };
}

function answerOrFail(host: WorldHost, call: StoreCall): StoreAnswer {
  try {
    return answerStore(host, call);
  } catch (error) {
    return failure(500, "InternalError", error instanceof Error ? error.message : String(error));
  }
}

/** Real milliseconds that a request takes, so that several are under way at once. */
const WORK_MS = 3;

/**
 * The faults of real stores under load: they ask to slow down when too much is asked at once (503 SlowDown), and now
 * and then a copy answers 200 before it has failed, with the error in its body (S3 API reference, CopyObject).
 */
export class Load {
  readonly #atOnce: number;
  readonly #failingCopy: number;
  #underWay = 0;
  #copies = 0;
  /** Requests that were turned away. */
  throttled = 0;

  /** `atOnce` requests are borne; every `failingCopy`-th copy fails after its 200. */
  constructor({ atOnce = Number.POSITIVE_INFINITY, failingCopy = Number.POSITIVE_INFINITY } = {}) {
    this.#atOnce = atOnce;
    this.#failingCopy = failingCopy;
  }

  async bear(operation: string, carryOut: () => StoreAnswer): Promise<StoreAnswer> {
    if (this.#underWay >= this.#atOnce) {
      this.throttled += 1;
      return failure(503, "SlowDown", "Please reduce your request rate.");
    }
    this.#underWay += 1;
    try {
      await pause(WORK_MS);
      if (operation !== "CopyObject") return carryOut();
      this.#copies += 1;
      if (this.#copies % this.#failingCopy !== 0) return carryOut();
      return { ...failure(500, "InternalError", "We encountered an internal error. Please try again."), status: 200 };
    } finally {
      this.#underWay -= 1;
    }
  }
}
