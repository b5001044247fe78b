/**
 * HTTPS over a dialled stream, so that the director and its UAA can be reached straight or through the gateway hop.
 * One connection per request: a recovery asks a few dozen times. Time-outs are real milliseconds.
 *
 * Errors: `unreachable`, `answer-incomplete` (the answer broke off), `host-key-mismatch` (the certificate is not trusted).
 */
import { type IncomingMessage, request as httpRequest } from "node:http";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { connect as tlsConnect, type TLSSocket } from "node:tls";
import { RecoverError } from "../../errors.js";
import type { Dial } from "../network/dial.js";

export interface HttpsRequest {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpsResponse {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
}

export interface HttpsClientOptions {
  readonly dial: Dial;
  /** PEM; the system's authorities where absent. */
  readonly ca?: string;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 60_000;
const MAX_BODY_BYTES = 32 * 1024 * 1024;

export class HttpsClient {
  readonly #options: HttpsClientOptions;

  constructor(options: HttpsClientOptions) {
    this.#options = options;
  }

  async send(request: HttpsRequest): Promise<HttpsResponse> {
    const { url } = request;
    const stream = await this.#options.dial(hostOf(url), Number(url.port || "443"));
    const timeoutMs = this.#options.timeoutMs ?? TIMEOUT_MS;
    const timer = setTimeout(() => stream.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    try {
      const socket = await this.#secure(stream, url);
      return await exchange(socket, request);
    } finally {
      clearTimeout(timer);
      stream.destroy();
    }
  }

  #secure(stream: Duplex, url: URL): Promise<TLSSocket> {
    const host = hostOf(url);
    const { ca } = this.#options;
    return new Promise((resolve, reject) => {
      // A name is indicated to the server, an address must not be (RFC 6066); both are checked against the certificate.
      const socket = tlsConnect({
        socket: stream,
        host,
        ...(isIP(host) === 0 ? { servername: host } : {}),
        ...(ca === undefined ? {} : { ca }),
      });
      stream.once("error", (error) => reject(unanswered(url, error)));
      stream.once("close", () => reject(unanswered(url, new Error("the connection was closed"))));
      socket.once("error", (error: Error) =>
        reject(isCertificate(error) ? untrusted(url, error) : unanswered(url, error)),
      );
      socket.once("secureConnect", () => resolve(socket));
    });
  }
}

function exchange(socket: TLSSocket, { method, url, headers, body }: HttpsRequest): Promise<HttpsResponse> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const outgoing = httpRequest(
      {
        method,
        path: `${url.pathname}${url.search}`,
        headers: { host: url.host, connection: "close", ...headers, ...length },
        createConnection: () => socket,
      },
      (incoming) => {
        read(incoming, url).then(
          (text) => resolve({ status: incoming.statusCode ?? 0, location: incoming.headers.location, body: text }),
          reject,
        );
      },
    );
    outgoing.on("error", (error) => reject(unanswered(url, error)));
    outgoing.end(body);
  });
}

async function read(incoming: IncomingMessage, url: URL): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) throw new Error(`more than ${MAX_BODY_BYTES} bytes`);
      chunks.push(chunk);
    }
  } catch (cause) {
    throw incomplete(url, cause);
  }
  if (!incoming.complete) throw incomplete(url, undefined);
  return Buffer.concat(chunks).toString("utf8");
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}

function isCertificate(error: Error): boolean {
  const code = "code" in error ? String(error.code) : "";
  return /CERT|SELF_SIGNED|ALTNAME|UNABLE_TO_(?:VERIFY|GET)/.test(code);
}

function unanswered(url: URL, error: Error): RecoverError {
  return new RecoverError("unreachable", `"${url.host}" did not answer: ${error.message}`, {
    remedy: "Check the address, the gateway hop and the firewall between here and the director, then resume.",
    place: url.host,
    cause: error,
  });
}

function untrusted(url: URL, cause: Error): RecoverError {
  return new RecoverError("host-key-mismatch", `the certificate of "${url.host}" is not trusted: ${cause.message}`, {
    remedy: "Set bosh.ca_cert (or BOSH_CA_CERT) to the director's own authority, a path or the PEM text.",
    place: url.host,
    cause,
    effect: "none",
  });
}

function incomplete(url: URL, cause: unknown): RecoverError {
  return new RecoverError("answer-incomplete", `the answer of "${url.host}" to "${url.pathname}" broke off`, {
    remedy: "Try again; look at the network between here and the director.",
    place: `${url.host}${url.pathname}`,
    cause,
  });
}
