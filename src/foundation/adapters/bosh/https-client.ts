/**
 * HTTPS over a dialled stream, so that the director and its UAA can be reached straight or through the gateway hop.
 * Reads follow one another on one connection; each change gets a new one, because a server may close an idle connection
 * just when it is used again, and nobody could tell whether the change had arrived. Time-outs are real milliseconds.
 *
 * Errors: `unreachable`, `answer-incomplete` (the answer broke off), `host-key-mismatch` (the certificate is not
 * trusted), and those of the dialler.
 */
import { type IncomingMessage } from "node:http";
import { type Agent, request as httpsRequest } from "node:https";
import { giveUp, RecoverError, refuse } from "../../../errors.ts";
import type { Dial } from "../../../kit/network/dial.ts";
import { dialedAgents, type HttpAgents } from "../../../kit/network/http-agents.ts";
import { isUntrustedCertificate } from "../../../kit/network/certificate.ts";

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
  /** PEM; the system's authorities if absent. */
  readonly ca?: string;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 60_000;
const MAX_BODY_BYTES = 32 * 1024 * 1024;

export class HttpsClient {
  readonly #kept: HttpAgents;
  readonly #fresh: HttpAgents;
  readonly #timeoutMs: number;

  constructor({ dial, ca, timeoutMs = TIMEOUT_MS }: HttpsClientOptions) {
    const trust = ca === undefined ? {} : { ca };
    this.#kept = dialedAgents(dial, trust);
    this.#fresh = dialedAgents(dial, trust, { keepAlive: false });
    this.#timeoutMs = timeoutMs;
  }

  async send(request: HttpsRequest): Promise<HttpsResponse> {
    if (request.method !== "GET") return await this.#exchange(request, this.#fresh.https);
    try {
      return await this.#exchange(request, this.#kept.https);
    } catch (error) {
      if (!(error instanceof IdleConnectionLost)) throw error;
      return await this.#exchange(request, this.#fresh.https);
    }
  }

  #exchange({ method, url, headers, body }: HttpsRequest, agent: Agent): Promise<HttpsResponse> {
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
      const options = { method, agent, headers: { ...headers, ...length } };
      const outgoing = httpsRequest(url, options, (incoming) => {
        read(incoming, url)
          .then(
            (text) => resolve({ status: incoming.statusCode ?? 0, location: incoming.headers.location, body: text }),
            reject,
          )
          .finally(() => clearTimeout(timer));
      });
      const late = new Error(`no answer within ${this.#timeoutMs / 1000} s`);
      const timer = setTimeout(() => outgoing.destroy(late), this.#timeoutMs);
      outgoing.on("error", (error) => {
        clearTimeout(timer);
        reject(outgoing.reusedSocket && error !== late ? new IdleConnectionLost() : explained(url, error));
      });
      outgoing.end(body);
    });
  }
}

/** The server had closed the connection that was kept: the request was not answered. */
class IdleConnectionLost extends Error {}

function explained(url: URL, error: Error): RecoverError {
  if (error instanceof RecoverError) return error;
  return isUntrustedCertificate(error)
    ? refuse("host-key-mismatch", `the certificate of "${url.host}" is not trusted: ${error.message}`)
        .at(url.host)
        .advise("Set bosh.ca_cert (or BOSH_CA_CERT) to the director's own authority, a path or the PEM text.", error)
    : giveUp("unreachable", `"${url.host}" did not answer: ${error.message}`)
        .at(url.host)
        .advise(
          "Check the address, the gateway hop and the firewall between here and the director, then resume.",
          error,
        );
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

function incomplete(url: URL, cause: unknown): RecoverError {
  return giveUp("answer-incomplete", `the answer of "${url.host}" to "${url.pathname}" broke off`)
    .at(`${url.host}${url.pathname}`)
    .advise("Try again; look at the network between here and the director.", cause);
}
