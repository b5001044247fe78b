/** One HTTP request and its answer, over the agents that know the way. Nothing is sent again here. */
import { type Agent as HttpAgent, type IncomingMessage, request as httpRequest } from "node:http";
import { type Agent as HttpsAgent, request as httpsRequest } from "node:https";

export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/** Where a bucket is spoken to. */
export interface Address {
  readonly secure: boolean;
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  /** "" or from "/", encoded, without a slash at the end: what comes before the key. */
  readonly base: string;
}

export interface Sending {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Patience {
  readonly connectMs: number;
  /** Milliseconds without a byte. */
  readonly silenceMs: number;
}

/** The Host header. */
export function hostOf({ secure, host, port }: Address): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return port === (secure ? 443 : 80) ? name : `${name}:${port}`;
}

/** The answer's head; its body is read, or destroyed, by the caller. */
export function exchange(
  agents: Agents,
  address: Address,
  { sending, patience }: { readonly sending: Sending; readonly patience: Patience },
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { method, path, headers } = sending;
    const to = { host: address.host, port: address.port, method, path, headers, setHost: false };
    const options = { ...to, timeout: patience.silenceMs };
    const request = address.secure
      ? httpsRequest({ ...options, agent: agents.https })
      : httpRequest({ ...options, agent: agents.http });
    const late = setTimeout(() => request.destroy(timedOut()), patience.connectMs);
    request.once("socket", (socket) => {
      if (socket.connecting) socket.once(address.secure ? "secureConnect" : "connect", () => clearTimeout(late));
      else clearTimeout(late);
    });
    request.once("close", () => clearTimeout(late));
    request.once("timeout", () => request.destroy(timedOut()));
    request.once("error", reject);
    request.once("response", (answer) => {
      // An error behind the head belongs to whoever reads the body.
      request.off("error", reject).on("error", () => undefined);
      resolve(answer);
    });
    request.end(sending.body);
  });
}

/** Errors: those of the connection; a body that ends before its announced length is one. */
export async function bodyOf(answer: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece as Buffer);
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
}

export function headersOf(answer: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers))
    headers[name] = Array.isArray(value) ? value.join() : (value ?? "");
  return headers;
}

const timedOut = (): Error => Object.assign(new Error("no answer in time"), { name: "TimeoutError" });
