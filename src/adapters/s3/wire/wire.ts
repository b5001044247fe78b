/**
 * Requests to S3 without the SDK, for the calls that a copy, a listing or a deep look makes by the thousand: here one
 * costs a fifth of the SDK's processor time. Signed and sent once; what is sent again is decided in `retry.ts`.
 */
import { hash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import {
  type Address,
  type Agents,
  bodyOf,
  exchange,
  headersOf,
  hostOf,
  LARGEST_DOCUMENT,
  type Patience,
} from "./exchange.js";
import { refusalOf, WireError } from "./refusal.js";
import { keyPath, queryText, type Signer } from "./signature.js";
import { parseXml, type XmlElement } from "./xml.js";

export interface WireRequest {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** Absent: the bucket itself. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface WireParts {
  readonly agents: Agents;
  readonly address: Address;
  readonly signer: Signer;
  readonly patience: Patience;
  /** Breaks off whatever is under way. */
  readonly until?: AbortSignal | undefined;
  /** Throws unless this very change is allowed; without it nothing is asked for that could change anything. */
  readonly mayChange?: (request: WireRequest) => void;
  /** Told what the answering program calls itself; to read an answer's headers costs more than all of its body. */
  readonly heard?: (server: string) => void;
}

/** Speaks to one bucket. */
export class Wire {
  readonly #parts: WireParts;
  readonly #host: string;

  constructor(parts: WireParts) {
    this.#parts = parts;
    this.#host = hostOf(parts.address);
  }

  /** The answer with its body still to be read. Throws `WireError` for every status but 2xx. */
  open(request: WireRequest): Promise<IncomingMessage> {
    return this.#open(request, this.#parts.patience);
  }

  /** What is taken whole has some megabytes at most: it is not waited for without end, at whatever pace it comes. */
  #openWhole(request: WireRequest): Promise<IncomingMessage> {
    const { patience } = this.#parts;
    return this.#open(request, { wholeMs: 2 * patience.silenceMs, ...patience });
  }

  async #open(request: WireRequest, patience: Patience): Promise<IncomingMessage> {
    const { agents, address, until, mayChange } = this.#parts;
    if (request.method !== "GET" && request.method !== "HEAD") (mayChange ?? refuseAny)(request);
    const answer = await exchange(agents, address, { sending: this.#sign(request), patience, until });
    if (this.#parts.heard !== undefined) this.#parts.heard(String(answer.headers.server ?? ""));
    const status = answer.statusCode ?? 0;
    if (status >= 200 && status < 300) return answer;
    const body =
      request.method === "HEAD" ? await emptied(answer) : (await bodyOf(answer, LARGEST_DOCUMENT)).toString();
    throw refusalOf({ status, headers: headersOf(answer), body });
  }

  async send(request: WireRequest): Promise<WireAnswer> {
    const answer = await this.#openWhole(request);
    return { status: answer.statusCode ?? 0, headers: headersOf(answer), body: await bodyOf(answer) };
  }

  /** The root of the XML in the answer. A success that carries an error is one. */
  async ask(request: WireRequest, root: string): Promise<XmlElement> {
    const answer = await this.#openWhole(request);
    return requireRoot(parseXml((await bodyOf(answer, LARGEST_DOCUMENT)).toString()), root, () => headersOf(answer));
  }

  #sign({ method, key, query = {}, headers = {}, body }: WireRequest) {
    const { address, signer } = this.#parts;
    const path = `${address.base}/${key === undefined ? "" : keyPath(key)}`;
    const signed = signer.sign(
      { method, path, query, headers: { ...headers, host: this.#host } },
      new Date(),
      body === undefined ? undefined : hash("sha256", body),
    );
    const asked = queryText(query);
    const length = lengthOf(method, body);
    if (length !== undefined) signed["content-length"] = length;
    return {
      method,
      path: asked === "" ? path : `${path}?${asked}`,
      headers: signed,
      ...(body === undefined ? {} : { body }),
    };
  }
}

function refuseAny({ method, key = "" }: WireRequest): never {
  throw new Error(`${method} "${key}" has no permit of the guard: a defect of dingo-recover`);
}

/** What changes something says how much it brings, though it be nothing. */
function lengthOf(method: WireRequest["method"], body: string | undefined): string | undefined {
  if (body !== undefined) return String(Buffer.byteLength(body));
  return method === "PUT" || method === "POST" ? "0" : undefined;
}

/** Throws where it is another document. */
export function requireRoot(
  answered: XmlElement,
  root: string,
  headers: () => Readonly<Record<string, string>>,
): XmlElement {
  if (answered.name === root) return answered;
  // S3 begins to answer 200 before it knows how a copy ends (S3 API reference, CopyObject).
  if (answered.name === "Error") throw new WireError({ status: 500, headers: headers() }, answered);
  throw new Error(`it is no ${root}`);
}

async function emptied(answer: IncomingMessage): Promise<string> {
  await bodyOf(answer);
  return "";
}
