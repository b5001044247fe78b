/**
 * Stands between the SDK and the network: no change leaves without a permit, no wait for an answer is endless, and no
 * answer is larger than expected.
 */
import { Readable } from "node:stream";

/** The parts of the SDK's requests, answers and senders that we use. */
export interface Handler {
  handle(request: Sending, limits: { requestTimeout: number; abortSignal?: AbortSignal }): Promise<Answered>;
  destroy?(): void;
}

interface Sending {
  readonly method: string;
  readonly query?: Readonly<Record<string, unknown>>;
}

interface Answered {
  readonly response: {
    readonly statusCode: number;
    readonly headers: Headers;
    body?: unknown;
  };
}

export type Headers = Readonly<Record<string, string>>;

/** Of one call, through the SDK. */
export interface Way {
  /** Its abort ends the request and the answer. */
  readonly abortSignal?: AbortSignal;
  /** Milliseconds without a byte, after which an answer is given up; fewer than `LEAST_BYTES` in two of these are silence too. */
  readonly silenceMs?: number;
  /** How the answer is taken: as one document, as an object in one piece, or as an object piece by piece. Default: `document`. */
  readonly taken?: "document" | "object" | "pieces";
  /** Throws unless this very change is allowed; without it nothing is sent that could change anything. */
  readonly mayChange?: (request: Sending) => void;
  /** Gets the answer's headers before its body; names in lower case. */
  readonly heard?: (headers: Headers) => void;
  /** Throws if a success does not describe the answer that was asked for: then nothing more of it is read. */
  readonly expects?: (headers: Headers) => void;
}

export const SILENCE_MS = 60_000;
/** The slowest line in use brings many times this in two silences of a minute. */
const LEAST_BYTES = 64 * 1024;
/** Bytes of an object that is taken in one piece. */
const LARGEST_OBJECT = 256 * 1024 * 1024;
/** A page of a listing has some megabytes at most. */
const LARGEST_DOCUMENT = 16 * 1024 * 1024;
/** The most of a refusal that is read. */
const LARGEST_REFUSAL = 2 * 1024 * 1024;

export class Network implements Handler {
  readonly #sdks: Handler;

  constructor(sdks: Handler) {
    this.#sdks = sdks;
  }

  async handle(request: Sending, way: Way = {}): Promise<Answered> {
    if (request.method !== "GET" && request.method !== "HEAD") (way.mayChange ?? refuseAny)(request);
    const { silenceMs = SILENCE_MS, abortSignal, taken = "document" } = way;
    const limits = { requestTimeout: 2 * silenceMs, ...(abortSignal === undefined ? {} : { abortSignal }) };
    const answer = await this.#sdks.handle(request, limits);
    const { response } = answer;
    way.heard?.(response.headers);
    if (!(response.body instanceof Readable)) return answer;
    const isRefusal = response.statusCode >= 300;
    if (isRefusal || taken === "document") {
      const most = isRefusal ? LARGEST_REFUSAL : LARGEST_DOCUMENT;
      response.body = await collected(response.body, most, givenUpAfter(response.body, 2 * silenceMs));
      return answer;
    }
    try {
      way.expects?.(response.headers);
    } catch (error) {
      response.body.destroy();
      throw error;
    }
    const watch = givenUpDripping(response.body, 2 * silenceMs);
    if (taken === "object") response.body = oneStream(await collected(response.body, LARGEST_OBJECT, watch));
    return answer;
  }

  destroy(): void {
    this.#sdks.destroy?.();
  }
}

function refuseAny({ method }: Sending): never {
  throw new Error(`${method} has no permit of the guard: a defect of dingo-recover`);
}

/** Errors: those of the connection, a body that ends before its announced length among them. */
async function collected(body: Readable, most: number, over: () => void): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of body as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > most) throw new Error(`it has more than ${most} bytes`);
      pieces.push(piece);
    }
  } finally {
    over();
  }
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
}

/** The SDK gives an object as a stream alone. */
function oneStream(bytes: Buffer): Readable {
  return new Readable({
    read() {
      this.push(bytes);
      this.push(null);
    },
  });
}

function givenUpAfter(body: Readable, milliseconds: number): () => void {
  const timer = setTimeout(() => body.destroy(timedOut()), milliseconds);
  return () => clearTimeout(timer);
}

/** One byte now and then is no answer, though it is no silence. */
function givenUpDripping(body: Readable & { readonly socket?: { readonly bytesRead: number } }, milliseconds: number) {
  const { socket } = body;
  let before = socket?.bytesRead ?? 0;
  const timer = setInterval(() => {
    const now = socket?.bytesRead ?? 0;
    if (now - before < LEAST_BYTES) body.destroy(timedOut());
    before = now;
  }, milliseconds);
  const over = (): void => clearInterval(timer);
  body.once("close", over);
  return over;
}

const timedOut = (): Error => Object.assign(new Error("no answer in time"), { name: "TimeoutError" });
