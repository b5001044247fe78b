/** Calls of a log store: guarded, sent again if the server asks for patience, failures explained. */
import type { Clock } from "../../../ports/clock.ts";
import type { Secrets } from "../../../kit/secrets/secrets.ts";
import type { Dial } from "../../../kit/network/dial.ts";
import { dialedAgents, type HttpAgents } from "../../../kit/network/http-agents.ts";
import { RecoverError } from "../../../errors.ts";
import { failureOf, mayPass, type StoreFailure } from "./failure.ts";
import type { PlainClientOptions, Send } from "./plain-client.ts";
import { type LogStoreCall, refuseChange } from "./read-only.ts";
import { strangeAnswer, strangeness } from "./strange-answer.ts";

export type StoreLogin =
  | { readonly kind: "password"; readonly username: string; readonly password: string }
  /** `id:key`, or both in base 64 as the servers print it. */
  | { readonly kind: "api-key"; readonly key: string };

export interface StoreClientOptions {
  /** Scheme, host and port. */
  readonly url: string;
  readonly dial: Dial;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly signal?: AbortSignal;
  /** Fetched at the first call; absent: the store asks for none. */
  readonly login?: () => Promise<StoreLogin>;
  /** PEM; the system's authorities if absent. */
  readonly ca?: string;
  /** Bytes of one answer that are taken at most. */
  readonly largestAnswer?: number;
}

/** Real milliseconds; a search asks the server to give up before. */
const TIMEOUT_MS = 60_000;
const WHOLE_MS = 2 * TIMEOUT_MS;
const LARGEST_ANSWER = 48 * 1024 * 1024;
const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 500;

/** A call that failed, with the server's words. */
export class StoreCallFailed extends Error {
  readonly failure: StoreFailure;

  constructor(failure: StoreFailure) {
    super(failure.reason);
    this.failure = failure;
  }
}

export class StoreClient {
  readonly #options: StoreClientOptions;
  readonly #agents: HttpAgents;
  #opened: Promise<Send> | undefined;
  /** The last error of the dialler: the client keeps only its text. */
  #dialFailure: RecoverError | undefined;

  constructor(options: StoreClientOptions) {
    this.#options = options;
    const trust = options.ca === undefined ? {} : { ca: options.ca };
    this.#agents = dialedAgents((host, port) => this.#dial(host, port), trust);
  }

  /**
   * The answer's JSON. Asked to slow down, it waits and sends again. Throws `StoreCallFailed`, also if the answer is no
   * JSON.
   */
  async call(call: LogStoreCall): Promise<unknown> {
    refuseChange(call);
    const { clock, signal } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      signal?.throwIfAborted();
      try {
        return await this.#send(call);
      } catch (thrown) {
        signal?.throwIfAborted();
        const failure = this.#explain(thrown);
        if (!mayPass(failure) || attempt === ATTEMPTS) throw new StoreCallFailed(failure);
        await clock.sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1), signal);
      }
    }
  }

  close(): void {
    this.#agents.destroy();
  }

  async #send({ method, path, query, body }: LogStoreCall): Promise<unknown> {
    this.#dialFailure = undefined;
    this.#opened ??= this.#open();
    const send = await this.#opened;
    const { signal } = this.#options;
    const request = { method, path, ...(query && { querystring: query }), ...(body && { body }) };
    const answer = await send(request, signal === undefined ? {} : { signal });
    const strange = strangeness(answer);
    if (strange !== undefined) throw strangeAnswer(this.#options.url, strange);
    return answer.body;
  }

  async #open(): Promise<Send> {
    const { url, login, secrets, largestAnswer = LARGEST_ANSWER } = this.#options;
    const { plainClient } = await import("./plain-client.ts");
    const limits = { timeoutMs: TIMEOUT_MS, wholeMs: WHOLE_MS, largestAnswer };
    const common = { url, agents: this.#agents, ...limits };
    return plainClient(login === undefined ? common : { ...common, auth: authOf(await login(), secrets) });
  }

  async #dial(host: string, port: number): ReturnType<Dial> {
    try {
      return await this.#options.dial(host, port);
    } catch (error) {
      if (error instanceof RecoverError) this.#dialFailure = error;
      throw error;
    }
  }

  #explain(thrown: unknown): StoreFailure {
    const failure = failureOf(thrown);
    const own = thrown instanceof RecoverError ? thrown : failure.status === 0 ? this.#dialFailure : undefined;
    return own === undefined ? failure : { ...failure, own };
  }
}

/** Both go over the wire in base 64: that form is a secret as well. */
function authOf(login: StoreLogin, secrets: Secrets): NonNullable<PlainClientOptions["auth"]> {
  if (login.kind === "password") {
    const { username, password } = login;
    secrets.register(Buffer.from(`${username}:${password}`).toString("base64"));
    return { username, password };
  }
  const apiKey = login.key.includes(":") ? Buffer.from(login.key).toString("base64") : login.key;
  return { apiKey: secrets.register(apiKey) };
}
