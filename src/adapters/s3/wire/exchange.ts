/** One HTTP request and its answer, over the agents that know the way. Nothing is sent again here. */
import { type Agent as HttpAgent, type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http";
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
  /** Milliseconds for all of it, of what cannot take long: bytes that come one by one would never be silent. */
  readonly wholeMs?: number;
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
    // A kept connection is chosen at once: that needs no timer, and most requests of a copy go over one.
    if (!request.reusedSocket) limitConnecting(request, address.secure, patience.connectMs);
    const { wholeMs } = patience;
    if (wholeMs !== undefined) limit(request, wholeMs);
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

/** Gives a request up after so long, unless that is called off or the request is over. */
function limit(request: ClientRequest, milliseconds: number): () => void {
  const timer = setTimeout(() => request.destroy(timedOut()), milliseconds);
  const callOff = (): void => clearTimeout(timer);
  request.once("close", callOff);
  return callOff;
}

function limitConnecting(request: ClientRequest, secure: boolean, milliseconds: number): void {
  const callOff = limit(request, milliseconds);
  request.once("socket", (socket) => {
    if (socket.connecting) socket.once(secure ? "secureConnect" : "connect", callOff);
    else callOff();
  });
}

/** Bytes of an answer that is taken whole: a page of a listing has some megabytes, and no text that is read so has more. */
const LARGEST_BODY = 256 * 1024 * 1024;

/** Bytes of a document that is no page of a listing, and of what a refusal says: a thousand lifecycle rules have a fifth. */
export const LARGEST_DOCUMENT = 2 * 1024 * 1024;

/** Errors: those of the connection; a body that ends before its announced length, or is larger than any asked for, is one. */
export function bodyOf(answer: IncomingMessage, most = LARGEST_BODY): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    answer.on("data", (piece: Buffer) => {
      size += piece.length;
      if (size > most) answer.destroy(new Error(`it has more than ${most} bytes`));
      else pieces.push(piece);
    });
    answer.once("end", () =>
      resolve(pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces)),
    );
    answer.once("error", reject);
    // After its end, and after an error, this tells nothing more.
    answer.once("close", () => reject(new Error("the answer was broken off")));
  });
}

export function headersOf(answer: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers))
    headers[name] = Array.isArray(value) ? value.join() : (value ?? "");
  return headers;
}

const timedOut = (): Error => Object.assign(new Error("no answer in time"), { name: "TimeoutError" });
