/**
 * The thin shell around a pure stand-in: reads the request, lets faults strike, writes the answer. It keeps nothing
 * but the requests that a fault holds open.
 */
import { createServer as createHttp, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createHttps } from "node:https";
import type { Fault } from "./fault.ts";
import type { HttpRequest, HttpResponse } from "./message.ts";
import { listening } from "../listening.ts";
import { type Answered, CLEAR, type HttpCall, type Passage, send } from "../passage.ts";

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
  /** How many requests a `hold` fault keeps open now. */
  readonly held: number;
  /** Resolves as soon as a request is held open. */
  untilHeld(): Promise<void>;
  /** Lets go of every held request. A client that went away before its effect has none. */
  release(): void;
  close(): Promise<void>;
}

export interface Shell {
  /** Counts the request and says which fault strikes it. */
  strike(request: HttpRequest): Fault | undefined;
  answer(request: HttpRequest): Promise<HttpResponse>;
  /** Which system a request is for. */
  systemOf(request: HttpRequest): HttpCall["system"];
  readonly passage?: Passage | undefined;
}

export async function serve(shell: Shell, listen: Listen): Promise<StandInServer> {
  const holds = new Holds();
  const scheme = listen.tls === undefined ? "http" : "https";
  const host = listen.host ?? "127.0.0.1";
  let url = "";
  const listener: RequestListener = (incoming, outgoing) => {
    exchange(shell, holds, { incoming, outgoing, origin: url }).catch((error: unknown) => fail(outgoing, error));
  };
  const server = listen.tls === undefined ? createHttp(listener) : createHttps(listen.tls, listener);
  const port = await listening(server, listen.port, host);
  url = `${scheme}://${host}:${port}`;
  return {
    url,
    port,
    get held() {
      return holds.size;
    },
    untilHeld: () => holds.untilHeld(),
    release: () => holds.release(),
    close: () => close(server, holds),
  };
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly origin: string;
}

async function exchange(shell: Shell, holds: Holds, { incoming, outgoing, origin }: Exchange): Promise<void> {
  const request = await read(incoming, origin);
  const fault = shell.strike(request);
  if (fault?.when === "before") {
    if (!(await suffer(fault, outgoing, holds))) return;
  }
  if (fault?.when === "after") {
    const response = await shell.answer(request);
    if (fault.kind === "cut") return cut(outgoing, response);
    if (!(await suffer(fault, outgoing, holds))) return;
    return send(outgoing, response);
  }
  const call = { system: shell.systemOf(request), operation: `${request.method}${request.path}` };
  await (shell.passage ?? CLEAR).http(call, outgoing, () => shell.answer(request));
}

/** The answer says how long it is, and ends before. */
export function cut(outgoing: ServerResponse, { status, headers, body }: Answered): void {
  const whole = Buffer.from(body);
  // Without a body the whole answer is lost.
  if (whole.length === 0) return void outgoing.destroy();
  outgoing.writeHead(status, { ...headers, "content-length": String(whole.length) });
  outgoing.write(whole.subarray(0, Math.floor(whole.length / 2)), () => outgoing.destroy());
}

/** True when the exchange goes on after the fault. */
async function suffer(fault: Fault, outgoing: ServerResponse, holds: Holds): Promise<boolean> {
  switch (fault.kind) {
    case "status":
      outgoing.writeHead(fault.status ?? 500, { "content-type": "application/json" }).end(fault.body ?? "{}");
      return false;
    case "cut":
      outgoing.destroy();
      return false;
    case "delay":
      await new Promise((resolve) => setTimeout(resolve, fault.delayMs ?? 0));
      return !isGone(outgoing);
    case "hold":
      await holds.wait();
      return !isGone(outgoing);
  }
}

/** Whether the client has hung up: nobody is left to be served. */
function isGone(outgoing: ServerResponse): boolean {
  return outgoing.destroyed || outgoing.socket === null || outgoing.socket.destroyed;
}

async function read(incoming: IncomingMessage, origin: string): Promise<HttpRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  const [path = "/", query = ""] = (incoming.url ?? "/").split(/\?(.*)/s, 2);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) headers[name] = String(value);
  return {
    method: incoming.method ?? "GET",
    path,
    query: new URLSearchParams(query),
    headers,
    body: Buffer.concat(chunks).toString("utf8"),
    origin,
  };
}

function fail(outgoing: ServerResponse, error: unknown): void {
  if (outgoing.headersSent || outgoing.destroyed) return void outgoing.destroy();
  outgoing.writeHead(500, { "content-type": "text/plain" }).end(`stand-in failed: ${String(error)}`);
}

class Holds {
  #waiting: (() => void)[] = [];
  #watchers: (() => void)[] = [];

  get size(): number {
    return this.#waiting.length;
  }

  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      for (const seen of this.#watchers.splice(0)) seen();
    });
  }

  untilHeld(): Promise<void> {
    return this.size > 0 ? Promise.resolve() : new Promise((resolve) => this.#watchers.push(resolve));
  }

  release(): void {
    for (const go of this.#waiting.splice(0)) go();
  }
}

function close(server: ReturnType<typeof createHttp> | ReturnType<typeof createHttps>, holds: Holds): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
    holds.release();
  });
}
