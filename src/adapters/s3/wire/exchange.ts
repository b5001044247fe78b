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
  /** Milliseconds without a byte; fewer than `LEAST_BYTES` in two of these are silence too. */
  readonly silenceMs: number;
  /** Milliseconds for all of it, of what cannot take long: bytes that come one by one would never be silent. */
  readonly wholeMs?: number;
}

/** Of one who waits for an answer: its abort breaks it off, and what is thrown is the signal's reason. */
export interface Waiting {
  readonly sending: Sending;
  readonly patience: Patience;
  readonly until?: AbortSignal | undefined;
}

/** What the slowest line in use brings in two silences of a minute is many times this. */
const LEAST_BYTES = 64 * 1024;

/** The Host header. */
export function hostOf({ secure, host, port }: Address): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return port === (secure ? 443 : 80) ? name : `${name}:${port}`;
}

/** The answer's head; its body is read, or destroyed, by the caller. */
export function exchange(
  agents: Agents,
  address: Address,
  { sending, patience, until }: Waiting,
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
    let answered: IncomingMessage | undefined;
    const end = (why: Error): void => void (answered ?? request).destroy(why);
    const { wholeMs, silenceMs } = patience;
    if (wholeMs !== undefined) limit(request, wholeMs, end);
    limitDripping(request, 2 * silenceMs, end);
    if (until !== undefined) endWith(request, until, end);
    request.once("timeout", () => end(timedOut()));
    request.once("error", reject);
    request.once("response", (answer) => {
      answered = answer;
      // An error behind the head belongs to whoever reads the body.
      request.off("error", reject).on("error", () => undefined);
      resolve(answer);
    });
    request.end(sending.body);
  });
}

type End = (why: Error) => void;

/** Gives a request up after so long, unless that is called off or the request is over. */
function limit(request: ClientRequest, milliseconds: number, end: End): () => void {
  const timer = setTimeout(() => end(timedOut()), milliseconds);
  const callOff = (): void => clearTimeout(timer);
  request.once("close", callOff);
  return callOff;
}

/** One byte now and then is no answer, though it is no silence. */
function limitDripping(request: ClientRequest, milliseconds: number, end: End): void {
  let before = 0;
  // A kept connection has brought other answers before.
  request.once("socket", ({ bytesRead }) => (before = bytesRead));
  const timer = setInterval(() => {
    const now = request.socket?.bytesRead ?? 0;
    if (now - before < LEAST_BYTES) end(timedOut());
    before = now;
  }, milliseconds);
  request.once("close", () => clearInterval(timer));
}

function endWith(request: ClientRequest, until: AbortSignal, end: End): void {
  const stop = (): void => end(until.reason instanceof Error ? until.reason : new Error("stopped"));
  until.addEventListener("abort", stop, { once: true });
  request.once("close", () => until.removeEventListener("abort", stop));
}

function limitConnecting(request: ClientRequest, secure: boolean, milliseconds: number): void {
  const callOff = limit(request, milliseconds, (why) => request.destroy(why));
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
