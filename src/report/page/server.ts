/**
 * The live page of a run: read-only, on loopback, behind an address that nobody guesses. It sends what `render` gives, and
 * tells its readers when that has changed (server-sent events, WHATWG HTML §9.2).
 */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Address, judge, pathOf } from "./request.ts";

export interface Shown {
  /** The whole page. */
  readonly html: string;
  /** The present step, as one line; changes oftener than the page. */
  readonly now: string;
  /** Tells one page from the next. */
  readonly version: string;
}

const MOST_READERS = 50;
const STILL_THERE_MS = 15_000;

const HEADERS = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
} as const;

export class PageServer {
  readonly #token: string;
  readonly #server: Server;
  readonly #readers = new Set<ServerResponse>();
  #shown: Shown;

  constructor(token: string, shown: Shown) {
    this.#token = token;
    this.#shown = shown;
    this.#server = createServer((request, response) => {
      const judgement = judge(request, this.#address);
      switch (judgement.kind) {
        case "page":
          return void response
            .writeHead(200, { ...HEADERS, "content-type": "text/html; charset=utf-8" })
            .end(this.#shown.html);
        case "changes":
          return this.#follow(response);
        case "refused":
          return void response.writeHead(judgement.status, HEADERS).end();
      }
    });
  }

  /** `port`: 0 for any that is free. Gives the page's address; throws what listening throws (EADDRINUSE). */
  async listen(port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject).listen(port, "127.0.0.1", resolve);
    });
    return `http://127.0.0.1:${this.#address.port}${pathOf(this.#address)}`;
  }

  show(shown: Shown): void {
    const before = this.#shown;
    this.#shown = shown;
    if (before.version === shown.version && before.now === shown.now) return;
    for (const reader of this.#readers) reader.write(eventOf(shown));
  }

  async close(): Promise<void> {
    for (const reader of this.#readers) reader.end();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  get port(): number {
    return this.#address.port;
  }

  get #address(): Address {
    return { port: (this.#server.address() as AddressInfo | null)?.port ?? 0, token: this.#token };
  }

  #follow(response: ServerResponse): void {
    if (this.#readers.size >= MOST_READERS) return void response.writeHead(503, HEADERS).end();
    response.writeHead(200, { ...HEADERS, "content-type": "text/event-stream" });
    // A change since the reader got its page is sent at once.
    response.write(`retry: 1000\n\n${eventOf(this.#shown)}`);
    this.#readers.add(response);
    const stillThere = setInterval(() => response.write(": still there\n\n"), STILL_THERE_MS);
    response.once("close", () => {
      clearInterval(stillThere);
      this.#readers.delete(response);
    });
  }
}

function eventOf({ now, version }: Shown): string {
  return `data: ${JSON.stringify({ now, version })}\n\n`;
}
